/** Name of the file with an id a line, in a folder of `publish --expect`. */
export const EXPECTED_IDS = "ids.ndjson";
