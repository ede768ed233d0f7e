import configuration from "../../deno.json" with { type: "json" };

/** The program's version, as deno.json states it. */
export const VERSION: string = configuration.version;

/**
 * The global variable with the commit that an executable was built from.
 * `deno task compile` sets it in front of the bundle; from source it is unset.
 */
export const COMMIT_VARIABLE = "EVENTCOUNTER_COMMIT";

/** What `--version` prints: the program's version, its commit, Deno's version. */
export function longVersion(): string {
  const commit = Reflect.get(globalThis, COMMIT_VARIABLE);
  return [
    `eventcounter ${VERSION}`,
    `commit ${
      typeof commit === "string" ? commit : "none: development, run from source"
    }`,
    `deno ${Deno.version.deno}`,
  ].join("\n");
}
