import type { IdPlace } from "../decode/id_place.ts";
import type { KeyPattern } from "../decode/key_pattern.ts";
import type { TypeRule } from "../decode/routing_key.ts";
import { onSignals } from "../lifecycle/signals.ts";
import type { TypeTotals } from "../model/counts.ts";
import { Snapshot } from "../output/snapshot.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import type { RunResult } from "../pipeline/run_result.ts";
import { RecordedSource } from "../source/recorded_source.ts";
import type { Format } from "./log.ts";
import type { LedgerPlace } from "./open_ledger_reader.ts";
import { openLedgerToChange } from "./open_ledger_to_change.ts";
import type { ProcessContext } from "./process_context.ts";
import { grouped, quantity } from "../model/words.ts";
import { summaryJson } from "./summary.ts";

/** The options of `rejected replay` as Cliffy hands them over. */
export interface ReplayOptions extends LedgerPlace {
  types: TypeRule;
  id: IdPlace;
  routingKey: KeyPattern;
  format: Format;
}

/**
 * Does what `rejected replay` is for: a run like any other over what the ledger
 * has rejected. What can be counted now leaves it in the transaction of its
 * count.
 */
export async function replay(
  options: ReplayOptions,
  context: ProcessContext,
): Promise<void> {
  const { out, types, id, routingKey, format } = options;
  const snapshot = new Snapshot(out, []);
  const opened = await openLedgerToChange(options);
  const stop = new AbortController();
  const endSignals = onSignals({
    stop: () => stop.abort(),
    end: context.exit,
  });
  try {
    await snapshot.prepare();
    // What a crash left behind is known only as long as nothing is removed.
    await snapshot.write(opened);
    const parts = {
      source: new RecordedSource(opened.rejections()),
      ledger: opened,
    };
    const { source, ledger } = context.decorate?.(parts) ?? parts;
    let totals: ReadonlyMap<string, TypeTotals> = new Map();
    const run = await new Pipeline({
      source,
      ledger,
      types,
      id,
      key: routingKey,
      idle: 0,
      signal: stop.signal,
      snapshot: async () => {
        const written = await snapshot.write(ledger);
        totals = written.types;
        return written.files;
      },
    }).run();
    context.print(
      format === "json"
        ? summaryJson({
          ...{ run, types: totals, busiest: undefined, left: undefined },
          rate: run.received / Math.max(1, run.duration) * 1_000,
        })
        : summaryText(run),
    );
  } finally {
    endSignals();
    await opened.close();
  }
}

function summaryText(
  { received, unique, duplicates, rejected }: RunResult,
): string {
  return `${grouped(received)} replayed: ${grouped(unique)} counted, ` +
    `${quantity(duplicates, "duplicate")}, ${grouped(rejected)} still rejected`;
}
