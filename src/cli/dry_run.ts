import { join } from "node:path";
import { quantity } from "../model/words.ts";
import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { countsFile } from "../output/counts_file.ts";
import { REJECTED_FILE } from "../output/rejected_file.ts";
import { StandingFile } from "../output/standing_file.ts";
import type { CountOptions } from "./count_options.ts";
import { doctor, type Plan } from "./doctor_command.ts";
import type { Examined } from "./examine.ts";
import { isPostgres } from "./open_ledger.ts";
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
  const steps: [verb: string, what: string][] = [];
  if (input !== undefined) steps.push(["read", `all of "${input}"`]);
  for (const { queue, type, messages = 0 } of queues) {
    if (type === "stream") continue;
    const waiting = quantity(messages, "message");
    steps.push(["take", `${waiting} that wait in "${queue}"`]);
  }
  for (const { stream, from, last = -1 } of streams) {
    const waiting = quantity(Math.max(0, last - from + 1), "message");
    const where = `"${stream}" from offset ${from}`;
    steps.push(["read", `${where}, up to ${waiting} that wait`]);
  }
  steps.push(["stop", stopOf(options)]);
  // PostgreSQL is asked for the ids of a batch, and keeps all others.
  if (ledger !== undefined && !isPostgres(options.ledger)) {
    const { ids, ledger: name } = ledger.facts;
    steps.push(["load", `${quantity(ids, "id")} of ${name}`]);
  }
  steps.push([
    "write",
    `${files.join(", ")}, as far as there is something for them`,
  ]);
  if (setAside.length > 0) {
    const aside = setAside.join(", ");
    steps.push(["keep", `${aside} by another name: not of this ledger`]);
  }
  return {
    steps,
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
