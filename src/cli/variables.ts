import { COUNT_OPTIONS } from "./options.ts";
import { PUBLISH_OPTIONS } from "./publish_options.ts";

/** The environment variables that the program reads, sorted. */
export const VARIABLES: readonly string[] = [
  ...new Set(
    [...COUNT_OPTIONS, ...PUBLISH_OPTIONS].flatMap(([_, options]) =>
      options.flatMap(({ variable }) => variable ?? [])
    ),
  ),
].sort();
