import { openLedgerReader } from "../../src/cli/open_ledger_reader.ts";
import { jsonFiles, rejectedLines } from "../support/broker_place.ts";
import { runProgram } from "../support/program.ts";
import type { EndlessStream } from "./endless_stream.ts";

/** What a run has left that found nothing more to count. */
export interface Outcome {
  /** Its folder. */
  readonly out: string;
  /** The URL of the ledger. Default: SQLite in the folder. */
  readonly ledger?: string | undefined;
  /** When the run began. */
  readonly began: number;
}

/** What belongs into the folder. */
const FILES =
  /^(created|updated|deleted)\.json$|^rejected\.ndjson$|^eventcounter\.db(-lock)?$/;

/** A run leaves temporary files alone that are younger than this, in ms. */
const YOUNG = 60_000;

/**
 * Holds files and ledger against what was published, and has `verify` do so.
 *
 * @param again So many rejections may be there again: those published again
 * because no confirm had come, and those that a killed broker has given back
 * although they were acked (see "What is not promised" in
 * `docs/guarantees.md`).
 * @returns What is wrong, one line each.
 */
export async function compare(
  { out, ledger, began }: Outcome,
  stream: EndlessStream,
  again: number,
): Promise<string[]> {
  const wrong: string[] = [];
  const files = await jsonFiles(out);
  for (const [name, text] of stream.files()) {
    if (files.get(name) !== text) wrong.push(`${name} differs`);
  }
  const lines = await rejectedLines(out);
  const kept = new Set(lines);
  const rejections = `${kept.size} of ${stream.rejected} rejections, ` +
    `${lines.length - kept.size} of them again, of at most ${again}`;
  if (
    kept.symmetricDifference(stream.rejections()).size > 0 ||
    lines.length - kept.size > again
  ) wrong.push(rejections);
  await using reader = await openLedgerReader({ ledger, out });
  const { uuids, texts } = await reader.idTotals();
  if (uuids !== stream.unique || texts > 0) {
    wrong.push(`${uuids} UUIDs and ${texts} texts in the ledger`);
  }
  const { code, stdout, stderr } = await runProgram([
    ...["verify", "--out", out],
    ...ledger === undefined ? [] : ["--ledger", ledger],
  ]);
  console.log(`  verify ended with ${code}, ${rejections}`);
  if (code !== 0) wrong.push(`verify ended with ${code}: ${stdout}${stderr}`);
  for await (const { name } of Deno.readDir(out)) {
    if (FILES.test(name)) continue;
    const written = (await Deno.stat(`${out}/${name}`)).mtime?.getTime() ?? 0;
    if (written < began - YOUNG) wrong.push(`${name} is left over`);
  }
  return wrong;
}
