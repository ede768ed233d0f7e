import type { Ledger, RecordedRejection } from "../ledger/ledger.ts";
import { keyOf } from "../model/fingerprint.ts";
import type { Rejection } from "../model/rejection.ts";
import type { RejectedDelivery } from "./batch.ts";
import { RecentRejections } from "./recent_rejections.ts";

/** Tells rejections that are to be recorded from those that already are. */
export class RejectionFilter {
  readonly #ledger: Ledger;
  #recent = new RecentRejections();
  /**
   * Of each content that was read back, how many records of earlier runs no
   * line has stood for yet.
   */
  readonly #unread = new Map<string, number>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Starts with what the ledger remembers. */
  begin(remembered: readonly RecordedRejection[]): void {
    this.#recent = new RecentRejections(remembered);
  }

  /**
   * Those of a batch that are not recorded yet, with their places.
   *
   * @param batch Its number.
   * @param commit The number of the commit that will record them.
   */
  async newOnes(
    rejected: readonly RejectedDelivery[],
    batch: number,
    commit: number,
  ): Promise<readonly Rejection[]> {
    const fresh: Rejection[] = [];
    for (const { delivery, rejection, follows, precedes } of rejected) {
      const { settlement, redelivered, rejectedBefore, record } = delivery;
      // It stays as it is recorded.
      if (record !== undefined) continue;
      const placed = this.#ledger.takeOverRejection === undefined
        ? { ...rejection, follows, precedes }
        : rejection;
      const known = rejectedBefore === true
        ? await this.#isReadBack(rejection)
        : redelivered && this.#recent.recognise(placed, settlement, batch);
      if (known) continue;
      this.#recent.add(placed, settlement, batch, commit);
      const takenOver = redelivered &&
        await this.#ledger.takeOverRejection?.(rejection.fingerprint) === true;
      if (!takenOver) fresh.push(placed);
    }
    return fresh;
  }

  /**
   * The ack of a batch has arrived: its rejections cannot come again. Those
   * whose acks were sent on a lost channel can, until they have.
   *
   * @param commits How many there were so far.
   * @param isPast Whether all that earlier runs had not acked has come by now.
   */
  settle(batch: number, commits: number, isPast: boolean): void {
    const batches = isPast ? [0, batch] : [batch];
    for (const commit of this.#recent.settle(batches)) {
      // What was taken over is another's, until a commit makes it this run's.
      if (commit <= commits) this.#ledger.settle(commit);
    }
  }

  /** Each record of an earlier run stands for one line of that content. */
  async #isReadBack({ fingerprint }: Rejection): Promise<boolean> {
    const key = keyOf(fingerprint);
    const unread = this.#unread.get(key) ??
      await this.#ledger.recordedBefore(fingerprint);
    this.#unread.set(key, Math.max(0, unread - 1));
    return unread > 0;
  }
}
