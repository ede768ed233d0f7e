import {
  byCodePoint,
  type TypeTotals,
  type UserCount,
} from "../model/counts.ts";
import type { FileNotes } from "../model/file_note.ts";
import type { Rejection } from "../model/rejection.ts";
import type { CheckpointBatch, Ledger } from "./ledger.ts";
import { MemoryFileNotes } from "./memory/memory_file_notes.ts";

/**
 * Keeps the counts of one run and nothing else. Since it forgets when the
 * process ends, deliveries may be acked only when the snapshot is on disk.
 * It knows no file of earlier runs either, so the snapshot sets them aside.
 */
export class MemoryLedger implements Ledger {
  readonly ackAfter = "snapshot";
  readonly files: FileNotes = new MemoryFileNotes();
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #rejections: Rejection[] = [];

  load(): Promise<void> {
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

  totals(type: string): Promise<TypeTotals> {
    const users = this.#counts.get(type) ?? new Map<string, number>();
    const events = users.values().reduce((sum, count) => sum + count, 0);
    return Promise.resolve({ events, users: users.size });
  }

  async *counts(type: string): AsyncGenerator<readonly UserCount[]> {
    const users = this.#counts.get(type);
    if (users === undefined) return;
    yield [...users].sort(([left], [right]) => byCodePoint(left, right));
  }

  async *rejections(after = 0): AsyncGenerator<readonly Rejection[]> {
    if (this.#rejections.length > after) yield this.#rejections.slice(after);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
