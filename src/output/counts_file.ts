import { join } from "node:path";
import type { TypeTotals, UserCount } from "../model/counts.ts";
import { EventCounterError, EXIT } from "../model/errors.ts";
import { readUpTo } from "./file_bytes.ts";
import { outputFailure } from "./output_failure.ts";

const encoder = new TextEncoder();

/**
 * Name of the file that has the counts of a type.
 *
 * @throws {EventCounterError} 65 if it would be in another folder: a ledger that
 * somebody has tampered with may have any type.
 */
export function countsFile(type: string): string {
  if (!/[/\\]/.test(type)) return `${type}.json`;
  throw new EventCounterError(
    EXIT.badInput,
    `Cannot name a file after type "${type}": no run counts such a type, the ` +
      "ledger is damaged; restore it from a copy",
  );
}

/**
 * The content of `<type>.json`: `{"user": count}`, as `JSON.stringify` with two
 * spaces would write it, but in the order of the pages.
 *
 * @param tellTotals Called at the end with what the counts add up to.
 */
export async function* countsContent(
  pages: AsyncIterable<readonly UserCount[]>,
  tellTotals: (totals: TypeTotals) => void,
): AsyncGenerator<Uint8Array> {
  let before = "{\n  ";
  let events = 0, users = 0;
  for await (const page of pages) {
    users += page.length;
    for (const [, count] of page) events += count;
    const lines = page.map(([user, count]) =>
      `${JSON.stringify(user)}: ${count}`
    );
    yield encoder.encode(before + lines.join(",\n  "));
    before = ",\n  ";
  }
  tellTotals({ events, users });
  yield encoder.encode("\n}\n");
}

/** How {@linkcode countsContent} begins. */
const BEGINNING = '{\n  "';

/** Whether a file holds counts as this program writes them. */
export async function isCountsFile(
  folder: string,
  name: string,
): Promise<boolean> {
  const path = join(folder, name);
  try {
    using file = await Deno.open(path);
    const start = await readUpTo(file, BEGINNING.length);
    if (new TextDecoder().decode(start) !== BEGINNING) return false;
    const counts: unknown[] = Object.values(
      JSON.parse(await Deno.readTextFile(path)),
    );
    return counts.every((count) => Number.isInteger(count));
  } catch (error) {
    const isOther = error instanceof SyntaxError ||
      error instanceof Deno.errors.PermissionDenied;
    if (isOther) return false;
    throw outputFailure(error, path);
  }
}
