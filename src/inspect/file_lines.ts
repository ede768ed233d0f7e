import type { UserCount } from "../model/counts.ts";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";

/**
 * The lines of a file without their newlines, in portions.
 *
 * @throws {EventCounterError} 65 if it cannot be read.
 */
export async function* linesOf(
  path: string,
): AsyncGenerator<readonly string[], void, void> {
  try {
    const { readable } = await Deno.open(path);
    const text = readable.pipeThrough(
      new TextDecoderStream("utf-8", { ignoreBOM: true }),
    );
    /** Of a line whose end has not come. */
    let pieces: string[] = [];
    for await (const chunk of text) {
      const [end, ...lines] = chunk.split("\n");
      pieces.push(end!);
      const rest = lines.pop();
      if (rest === undefined) continue;
      yield [pieces.join(""), ...lines];
      pieces = [rest];
    }
    const last = pieces.join("");
    if (last !== "") yield [last];
  } catch (error) {
    throw new EventCounterError(
      EXIT.badInput,
      `Cannot read "${path}": ${messageOf(error)}; check its permissions`,
      { cause: error },
    );
  }
}

/** A line of `<type>.json`, as it is written. */
const COUNT = /^ {2}(".*"): (\d+),?$/s;

/**
 * The counts of `<type>.json`, as this program writes it, in portions.
 *
 * @param advice What to do about a file that is written otherwise.
 * @throws {EventCounterError} 65 if it is written otherwise.
 */
export async function* countsIn(
  path: string,
  advice: string,
): AsyncGenerator<readonly UserCount[], void, void> {
  let number = 0;
  for await (const lines of linesOf(path)) {
    const counts: UserCount[] = [];
    for (const line of lines) {
      number++;
      if (line === "{" || line === "}") continue;
      const [, name = "", count] = COUNT.exec(line) ?? [];
      const user = parsed(name);
      if (typeof user !== "string") {
        throw new EventCounterError(
          EXIT.badInput,
          `Line ${number} of "${path}" is no count: it was changed by hand, or written by another program; ${advice}`,
        );
      }
      counts.push([user, Number(count)]);
    }
    yield counts;
  }
}

/** What a line of JSON says; nothing if it is none. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
