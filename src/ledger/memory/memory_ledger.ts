import {
  byCodePoint,
  type TypeTotals,
  type UserCount,
  type UserTotal,
} from "../../model/counts.ts";
import type { Event } from "../../model/event.ts";
import type { FileNotes } from "../../model/file_note.ts";
import type { StoredRejection } from "../../model/rejection.ts";
import type { Uuid } from "../../model/uuid.ts";
import type {
  CheckpointBatch,
  Claim,
  Ledger,
  LedgerMemory,
} from "../ledger.ts";
import { addCounts } from "../counts.ts";
import { SeenIds } from "../seen/seen_ids.ts";
import { MemoryFileNotes } from "./memory_file_notes.ts";
import { RejectionStore } from "./rejection_store.ts";

function byEvents(left: UserTotal, right: UserTotal): number {
  return right.events - left.events || byCodePoint(left.user, right.user);
}

/**
 * Keeps the counts of one run and nothing else. Since it forgets when the
 * process ends, deliveries may be acked only when the snapshot is on disk.
 * It knows no file of earlier runs either, so the snapshot sets them aside.
 */
export class MemoryLedger implements Ledger {
  readonly ackAfter = "snapshot";
  readonly claimSize = 1;
  readonly files: FileNotes = new MemoryFileNotes();
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #rejections = new RejectionStore();
  #seen = new SeenIds();

  beginRun(): Promise<LedgerMemory> {
    this.#seen = new SeenIds();
    return Promise.resolve({
      types: [],
      recentRejections: [],
      positions: new Map(),
    });
  }

  claim(events: readonly Event[]): Claim {
    return this.#seen.claim(events);
  }

  get ids(): number {
    return this.#seen.size;
  }

  has(key: Uuid | string): boolean {
    return this.#seen.has(key);
  }

  recordedBefore(): number {
    return 0;
  }

  commit({ counts, rejections }: CheckpointBatch): Promise<void> {
    return Promise.try(() => {
      for (const rejection of rejections) this.#rejections.add(rejection);
      addCounts(this.#counts, counts);
    });
  }

  settle(): void {
    // The acks are sent at the end, and nothing is kept beyond it.
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

  busiest(most: number): Promise<UserTotal[]> {
    const types = [...this.#counts.values()];
    let busiest: UserTotal[] = [];
    for (const [at, users] of types.entries()) {
      for (const user of users.keys()) {
        // It was looked at with the first of its types.
        if (types.slice(0, at).some((before) => before.has(user))) continue;
        const events = types.reduce((sum, of) => sum + (of.get(user) ?? 0), 0);
        if (events < (busiest[most - 1]?.events ?? 0)) continue;
        busiest.push({ user, events });
        busiest = busiest.sort(byEvents).slice(0, most);
      }
    }
    return Promise.resolve(busiest);
  }

  async *rejections(after = 0): AsyncGenerator<readonly StoredRejection[]> {
    yield* this.#rejections.pages(after);
  }

  close(): Promise<void> {
    return Promise.try(() => this.#rejections.close());
  }
}
