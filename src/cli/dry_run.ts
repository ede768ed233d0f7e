import { join } from "node:path";
import { quantity } from "../inspect/words.ts";
import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { countsFile } from "../output/counts_file.ts";
import { REJECTED_FILE } from "../output/rejected_file.ts";
import { StandingFile } from "../output/standing_file.ts";
import type { CountOptions } from "./count_options.ts";
import { doctor, type Plan } from "./doctor_command.ts";
import type { Examined } from "./examine.ts";
import type { ProcessContext } from "./process_context.ts";

/** Does what `count --dry-run` is for: checks, and says what a run would do. */
export async function dryRun(
  options: CountOptions,
  context: ProcessContext,
): Promise<void> {
  await doctor(options, context, (examined) => planOf(options, examined));
}

async function planOf(
  options: CountOptions,
  { queues, streams, ledger }: Examined,
): Promise<Plan> {
  const { input, out, limit } = options;
  const names = await fileNames(options, ledger?.reader);
  const files = names.map((name) => join(out, name));
  const setAside = (await strangersOf(out, names, ledger?.reader))
    .map((name) => join(out, name));
  const lines = [
    ...input === undefined ? [] : [`read     all of "${input}"`],
    ...queues.filter(({ type }) => type !== "stream").map((
      { queue, messages = 0 },
    ) => `take     ${quantity(messages, "message")} that wait in "${queue}"`),
    ...streams.map(({ stream, from, last = -1 }) =>
      `read     "${stream}" from offset ${from}, up to ` +
      `${quantity(Math.max(0, last - from + 1), "message")} that wait`
    ),
    `stop     ${stopOf(options)}`,
    ...ledger === undefined ? [] : [
      `load     ${quantity(ledger.facts.ids, "id")} of ${ledger.facts.ledger}`,
    ],
    `write    ${files.join(", ")}, as far as there is something for them`,
    ...setAside.length === 0 ? [] : [
      `keep     ${
        setAside.join(", ")
      } under another name: the ledger did not write it`,
    ],
  ];
  return {
    text: ["A run would", ...lines.map((line) => `  ${line}`)],
    facts: {
      ...input !== undefined && { input },
      queues,
      streams,
      ...limit !== undefined && { limit },
      ...ledger && { ledger: ledger.facts },
      files,
      setAside,
    },
  };
}

/** When the run would end, as its options say. */
function stopOf({ input, untilEmpty, idle, limit }: CountOptions): string {
  const reasons = [
    ...limit === undefined ? [] : [`after ${quantity(limit, "message")}`],
    ...input === undefined ? [] : ["where the input ends"],
    ...untilEmpty === true ? ["as soon as nothing waits"] : [],
    ...input === undefined && idle > 0
      ? [`when nothing has come for ${idle / 1000} s`]
      : [],
  ];
  return reasons.length === 0 ? "when it is told to" : reasons.join(", or ");
}

/** The files that a run may write, of types that are not known yet as well. */
async function fileNames(
  { types }: CountOptions,
  reader: LedgerReader | undefined,
): Promise<string[]> {
  const counted = await reader?.types() ?? [];
  const given = types === "any" ? ["<type>"] : types;
  const names = [...new Set([...counted, ...given])].sort().map(countsFile);
  return [...names, REJECTED_FILE];
}

/** Those of some files that are there and were not written from the ledger. */
async function strangersOf(
  folder: string,
  names: readonly string[],
  reader: LedgerReader | undefined,
): Promise<string[]> {
  const notes = await reader?.files() ?? [];
  const known = {
    find: (name: string) =>
      Promise.resolve(notes.filter((note) => note.name === name)),
  };
  const strangers: string[] = [];
  for (const name of names) {
    const standing = await StandingFile.look(folder, name, known);
    if (standing !== undefined && standing.note === undefined) {
      strangers.push(name);
    }
  }
  return strangers;
}
