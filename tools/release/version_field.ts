import { ReleaseError } from "./release_error.ts";

/**
 * Sets the version in the text of a `deno.json` and leaves every other
 * character as it is.
 *
 * @throws {ReleaseError} If the text has no version of its own.
 */
export function withVersion(configuration: string, version: string): string {
  const changed = configuration.replace(
    /("version"\s*:\s*)"[^"]*"/,
    (_, field: string) => `${field}${JSON.stringify(version)}`,
  );
  // The first "version" of the text might be that of something inside of it.
  const [before, after] = [read(configuration), read(changed)];
  if (
    before.version !== undefined &&
    JSON.stringify({ ...before, version }) === JSON.stringify(after)
  ) return changed;
  throw new ReleaseError(
    `Cannot set the version in deno.json to ${version}: its own "version", ` +
      `now ${JSON.stringify(before.version)}, must be there and be the first ` +
      "field of that name",
  );
}

function read(configuration: string): Record<string, unknown> {
  try {
    return JSON.parse(configuration);
  } catch (error) {
    // The message may quote the text, with its line ends.
    const message = String(error).replaceAll(/\s+/g, " ");
    throw new ReleaseError(`Cannot read deno.json: ${message}; correct it`);
  }
}
