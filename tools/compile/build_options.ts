/**
 * What `deno task compile` and `deno task deb` are told alike, and tell alike.
 *
 * @module
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { CONFIGURATIONS } from "../registry.ts";
import { ToolError } from "../tool.ts";
import { type Kind, KINDS } from "./executable.ts";

/** What JSR's packages are mapped in. */
const CONFIGURATION = fileURLToPath(
  new URL(`../../${CONFIGURATIONS.jsr}`, import.meta.url),
);

/** Options that `deno task compile` and `deno task deb` have in common. */
export const BUILD_OPTIONS = {
  target: { type: "string" },
  kind: { type: "string" },
  out: { type: "string" },
  "runtime-version": { type: "string", default: Deno.version.deno },
  config: { type: "string", default: CONFIGURATION },
} as const;

/** @throws {ToolError} With code 2 if the word is no kind. */
export function kindNamed(word: string | undefined): Kind | undefined {
  const kind = KINDS.find((kind) => kind === word);
  if (kind !== undefined || word === undefined) return kind;
  throw new ToolError(
    `Cannot build with --kind "${word}": it must be ${KINDS.join(" or ")}`,
    2,
  );
}

/** Tells of a file that was built. */
export async function report(path: string, what: string): Promise<void> {
  const { size } = await Deno.stat(path);
  const name = relative(Deno.cwd(), path);
  console.log(`${name}  ${what}, ${(size / 1e6).toFixed(1)} MB`);
}
