import { join } from "node:path";
import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { SeenIds } from "../ledger/seen/seen_ids.ts";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import { EXPECTED_IDS } from "../model/expected_id.ts";
import { parseUuid } from "../model/uuid.ts";
import type { Finding } from "./examination.ts";
import { Faults } from "./faults.ts";
import { addDifferences } from "./file_checks.ts";
import { countsIn, linesOf, parsed } from "./file_lines.ts";
import { costOf, idsOf, PASS_BYTES, passOf } from "./id_passes.ts";
import { quantity } from "../model/words.ts";

const ADVICE =
  "an id that is missing can be published again, unless its count " +
  "is there; what is too much came from somebody else, or before";

const REWRITE = "write it anew with publish --expect";

/**
 * Holds the counts of a ledger against the files that `publish --expect` wrote.
 *
 * @throws {EventCounterError} 65 if they differ, with users by name.
 */
export async function expectedCounts(
  ledger: LedgerReader,
  folder: string,
): Promise<Finding> {
  const faults = new Faults();
  const expected = await typesIn(folder);
  for (const type of new Set([...expected, ...await ledger.types()])) {
    const name = join(folder, `${type}.json`);
    const counts = expected.includes(type)
      ? countsIn(name, REWRITE)
      : nothing();
    await addDifferences(faults, ledger.counts(type), counts, name);
  }
  faults.tell(ADVICE);
  return {
    found: `the counts of ${quantity(expected.length, "type")} are as expected`,
    facts: { types: expected },
  };
}

/**
 * Holds the ids of a ledger against those that `publish --expect` wrote.
 *
 * @param memory For ids that are compared at a time, in bytes.
 * @throws {EventCounterError} 65 if one is missing or too much, by name.
 */
export async function expectedIds(
  ledger: LedgerReader,
  folder: string,
  memory = PASS_BYTES,
): Promise<Finding> {
  const path = join(folder, EXPECTED_IDS);
  const forgotten = await ledger.forgotten();
  // A line is longer than what an id of it costs.
  const cost = await costOf([ledger]) + await sizeOf(path);
  const passes = Math.ceil(cost / memory);
  const missing = new Faults(), extra = new Faults();
  let expected = 0;
  for (let pass = 0; pass < passes; pass++) {
    const [there, wanted] = [new SeenIds(), new SeenIds()];
    for await (const stored of ledger.ids()) {
      for (const id of idsOf(stored, pass, passes)) there.add(id);
    }
    for await (const page of expectedIn(path)) {
      for (const { id, user, type } of page) {
        const key = parseUuid(id) ?? id;
        if (passOf(key, passes) !== pass || !wanted.add(key)) continue;
        if (there.has(key)) continue;
        missing.add(`id "${id}" (${type} of user "${user}") is missing`);
      }
    }
    expected += wanted.size;
    for await (const stored of ledger.ids()) {
      for (const id of idsOf(stored, pass, passes)) {
        if (wanted.has(id)) continue;
        extra.add(`id "${id}" in ${stored.place} is too much`);
      }
    }
  }
  const faults = new Faults();
  // Which ones were forgotten nobody knows.
  if (missing.number > forgotten) faults.addAll(missing);
  faults.addAll(extra);
  faults.tell(ADVICE);
  return {
    found: `all of ${quantity(expected, "id")}` +
      (missing.number === 0 ? "" : ` but for ${missing.number} forgotten ones`),
    warn: missing.number > 0,
    facts: { ids: expected, missing: missing.number },
  };
}

interface ExpectedId {
  readonly id: string;
  readonly user: string;
  readonly type: string;
}

async function* expectedIn(
  path: string,
): AsyncGenerator<readonly ExpectedId[], void, void> {
  let number = 0;
  for await (const lines of linesOf(path)) {
    yield lines.map((line) => readExpectedId(line, path, ++number));
  }
}

function readExpectedId(
  line: string,
  path: string,
  number: number,
): ExpectedId {
  const { id, user, type } = (parsed(line) ?? {}) as Record<string, unknown>;
  if (
    typeof id === "string" && typeof user === "string" &&
    typeof type === "string"
  ) return { id, user, type };
  throw new EventCounterError(
    EXIT.badInput,
    `Line ${number} of "${path}" is no expected id: ${REWRITE}`,
  );
}

async function typesIn(folder: string): Promise<string[]> {
  const types: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith(".json")) types.push(name.slice(0, -".json".length));
    }
  } catch (error) {
    throw unreadable(folder, error);
  }
  return types.sort();
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): EventCounterError {
  return new EventCounterError(
    EXIT.usage,
    `Cannot read "${path}": ${messageOf(cause)}; give a folder to --expect ` +
      "that publish --expect has written",
    { cause },
  );
}

async function* nothing(): AsyncGenerator<never, void, void> {}
