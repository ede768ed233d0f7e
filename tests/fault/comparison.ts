import { storedIds } from "../support/stored_ids.ts";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import { jsonFiles, rejectedLines } from "../support/broker_place.ts";
import { countsOf, rejectionsOf } from "../support/ledger_content.ts";
import type {
  EventStream,
  StreamMessage,
} from "../support/stream_of_events.ts";

/** How files and ledger differ from what is expected. */
export interface Comparison {
  /** Events that are not counted. */
  readonly lost: number;
  /** Counts that are too many. */
  readonly countedTwice: number;
  /** What differs, one line each; none if all is exact. */
  readonly differences: readonly string[];
}

/**
 * Compares the files, the ledger and `rejected.ndjson` with what the stream
 * must give, by equality.
 *
 * @param ledgerPath The ledger, or nothing for a run that had none.
 * @param mayRejectAgain Whether a rejection may be there more often than it was
 * published; default no.
 */
export async function compareWithStream(
  out: string,
  ledgerPath: string | undefined,
  stream: EventStream,
  mayRejectAgain = false,
): Promise<Comparison> {
  const expected = countsOfFiles(stream.files);
  const files = await jsonFiles(out);
  const differences = [
    ...differ("types with a file", [...stream.files.keys()], [...files.keys()]),
    ...[...stream.files].flatMap(([name, text]) =>
      differ(name, [text], [files.get(name) ?? "(missing)"])
    ),
    ...differ(
      "rejected.ndjson",
      stream.rejected,
      await rejectedIn(out),
      mayRejectAgain,
    ),
  ];
  let counted = countsOfFiles(files);
  if (ledgerPath !== undefined) {
    const ledger = await SqliteLedger.open(ledgerPath);
    try {
      counted = new Map();
      for (const type of await ledger.types()) {
        for (const [user, count] of await countsOf(ledger, type)) {
          counted.set(`${type} ${user}`, count);
        }
      }
      const decoder = new TextDecoder();
      const rejected = (await rejectionsOf(ledger)).map((rejection) =>
        `${rejection.routingKey} ${decoder.decode(rejection.body)}`
      );
      differences.push(
        ...differ("counts in the ledger", lines(expected), lines(counted)),
        ...differ(
          "rejections in the ledger",
          stream.rejected,
          rejected,
          mayRejectAgain,
        ),
      );
    } finally {
      await ledger.close();
    }
    differences.push(
      ...differ(
        "ids in the ledger",
        idsOf(stream.messages),
        storedIds(ledgerPath),
      ),
    );
  }
  let lost = 0, countedTwice = 0;
  for (const user of new Set([...expected.keys(), ...counted.keys()])) {
    const excess = (counted.get(user) ?? 0) - (expected.get(user) ?? 0);
    if (excess > 0) countedTwice += excess;
    else lost -= excess;
  }
  return { lost, countedTwice, differences };
}

/**
 * Checks what must hold at any moment, also between a crash and its repair:
 * each file is a whole one.
 *
 * @throws If one is not.
 */
export async function checkFilesAreWhole(out: string): Promise<void> {
  for (const [name, text] of await jsonFiles(out)) {
    JSON.parse(text);
    if (!text.endsWith("\n}\n")) throw new Error(`${name} is no whole file`);
  }
  for (const line of await rejectedIn(out)) {
    if (line.startsWith("undefined")) throw new Error(`bad line: ${line}`);
  }
}

/** The ids of a stream's events, each once, sorted. */
export function idsOf(messages: readonly StreamMessage[]): string[] {
  const ids = new Set<string>();
  const decoder = new TextDecoder();
  for (const { body } of messages) {
    try {
      ids.add(JSON.parse(decoder.decode(body)).id);
    } catch {
      // It is one that must be rejected.
    }
  }
  return [...ids].sort();
}

/** Counts by `<type> <user>`, of files by name. */
export function countsOfFiles(
  files: ReadonlyMap<string, string>,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [name, text] of files) {
    const type = name.replace(/\.json$/, "");
    for (const [user, count] of Object.entries(JSON.parse(text))) {
      counts.set(`${type} ${user}`, count as number);
    }
  }
  return counts;
}

/** The lines of `rejected.ndjson`; none if there is no such file. */
async function rejectedIn(out: string): Promise<string[]> {
  try {
    return await rejectedLines(out);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function lines(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].map(([user, count]) => `${user} ${count}`);
}

/**
 * What is missing and what is too much, each line as often as it is.
 *
 * @param mayRepeat Whether what is expected may be there more often.
 */
function differ(
  what: string,
  expected: readonly string[],
  actual: readonly string[],
  mayRepeat = false,
): string[] {
  const known = new Set(mayRepeat ? expected : []);
  const surplus = new Map<string, number>();
  for (const line of actual) surplus.set(line, (surplus.get(line) ?? 0) + 1);
  for (const line of expected) surplus.set(line, (surplus.get(line) ?? 0) - 1);
  const wrong = [...surplus].filter(([line, times]) =>
    known.has(line) ? times < 0 : times !== 0
  );
  if (wrong.length === 0) return [];
  const [line, times] = wrong[0]!;
  return [
    `${what}: ${wrong.length} differ; the first is ` +
    `${times > 0 ? "there" : "missing"} ${Math.abs(times)} time(s): ${line}`,
  ];
}
