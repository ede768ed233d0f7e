import { byCodePoint, type UserCount } from "../model/counts.ts";
import type { Rejection } from "../model/rejection.ts";
import type { CheckpointBatch, Ledger, SeenSink } from "./ledger.ts";

/**
 * Keeps the counts of one run and nothing else. Since it forgets when the
 * process ends, deliveries may be acked only when the snapshot is on disk.
 *
 * Rejections are never forgotten, though: those that earlier runs have left in
 * the output folder stand before the ones of this run.
 */
export class MemoryLedger implements Ledger {
  readonly ackAfter = "snapshot";
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #rejections: Rejection[];

  /**
   * Starts without counts.
   *
   * @param earlier Rejections of earlier runs. Default: none.
   */
  constructor(earlier: readonly Rejection[] = []) {
    this.#rejections = [...earlier];
  }

  load(seen: SeenSink): Promise<void> {
    for (const { fingerprint } of this.#rejections) {
      seen.addRejected(fingerprint);
    }
    return Promise.resolve();
  }

  beginRun(): Promise<void> {
    return Promise.resolve();
  }

  checkpoint(batch: CheckpointBatch): Promise<void> {
    for (const [type, users] of batch.counts) {
      let totals = this.#counts.get(type);
      if (totals === undefined) this.#counts.set(type, totals = new Map());
      for (const [user, count] of users) {
        totals.set(user, (totals.get(user) ?? 0) + count);
      }
    }
    for (const rejection of batch.rejections) this.#rejections.push(rejection);
    return Promise.resolve();
  }

  endRun(): Promise<void> {
    return Promise.resolve();
  }

  types(): Promise<string[]> {
    return Promise.resolve([...this.#counts.keys()]);
  }

  async *counts(type: string): AsyncGenerator<readonly UserCount[]> {
    const users = this.#counts.get(type);
    if (users === undefined) return;
    yield [...users].sort(([left], [right]) => byCodePoint(left, right));
  }

  async *rejections(): AsyncGenerator<readonly Rejection[]> {
    if (this.#rejections.length > 0) yield this.#rejections;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
