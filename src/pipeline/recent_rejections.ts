import type { RecordedRejection } from "../ledger/ledger.ts";
import type { Settlement } from "../model/delivery.ts";
import { keyOf } from "../model/fingerprint.ts";

/** Settled rejections that are still known by their place in the stream. */
const SETTLED_REMEMBERED = 20_000;

/**
 * Knows a rejected message again that the broker delivers again because its
 * ack got lost. Such a message has no id, and a broken publisher sends
 * thousands of equal ones, so equality alone proves nothing; but the broker
 * delivers again in order. So a rejection is known by its content *and* its
 * place: the same distance from the same event, behind it and ahead of it, as
 * far as both are known. (One side would not do: a publisher that repeats an
 * event may send an equal bad message behind it, too.)
 *
 * Where there is no event to measure from, on either side, equality must do,
 * and does so only until the ack is known to have arrived. Each recorded
 * rejection is recognised once by an attachment, and never by the one that
 * delivered it: a broker gives back only what was lost.
 */
export class RecentRejections {
  /** By content and place; only a few fall out of the oldest end. */
  readonly #byPlace = new Map<string, Known[]>();
  /** Those whose ack may not have arrived, by content. */
  readonly #unsettled = new Map<string, Set<Known>>();
  readonly #settled: Known[] = [];

  /** @param remembered What the ledger knows of earlier runs, oldest first. */
  constructor(remembered: readonly RecordedRejection[] = []) {
    for (const rejection of remembered) {
      const known = new Known(rejection, { isSettled: rejection.settled });
      this.#note(known);
      if (rejection.settled) this.#settleOne(known);
    }
  }

  /**
   * Notes a rejection that is being recorded.
   *
   * @param settlement That of its delivery.
   * @param batch The number of its batch; see {@linkcode settle}.
   * @param commit The number of the commit that records it.
   */
  add(
    rejection: Placed,
    settlement: Settlement,
    batch: number,
    commit: number,
  ): void {
    this.#note(new Known(rejection, { settlement, batch, commit }));
  }

  /**
   * Whether a redelivered rejection is one that was recorded. If it is, it is
   * in this batch from now on, at its new place.
   *
   * @param settlement That of its delivery.
   * @param batch The number of its batch; see {@linkcode settle}.
   */
  recognise(
    rejection: Placed,
    settlement: Settlement,
    batch: number,
  ): boolean {
    const asked = new Known(rejection, { settlement, batch });
    const known = this.#find(asked);
    if (known === undefined) return false;
    this.#forget(known);
    const { commit } = known;
    this.#note(new Known(rejection, { settlement, batch, commit }));
    return true;
  }

  /**
   * The acks of batches have arrived; 0 means all of earlier runs.
   *
   * @returns Commits that had rejections in them, and have none any more whose
   * ack may be lost.
   */
  settle(batches: readonly number[]): ReadonlySet<number> {
    const settled = new Set(batches.includes(0) ? [0] : []);
    const unsettled = new Set<number>();
    for (const alike of this.#unsettled.values()) {
      for (const known of alike) {
        const isSettled = batches.includes(known.batch);
        (isSettled ? settled : unsettled).add(known.commit);
        if (isSettled) this.#settleOne(known);
      }
    }
    return settled.difference(unsettled);
  }

  #find(asked: Known): Known | undefined {
    const near = asked.places
      .flatMap((place) => this.#byPlace.get(place) ?? [])
      .filter((known) =>
        known.settlement !== asked.settlement && known.agrees(asked)
      );
    // A publisher that repeats events makes places alike.
    const found = near.find((known) => known.isLike(asked)) ?? near[0];
    if (found !== undefined) return found;
    for (const known of this.#unsettled.get(asked.content) ?? []) {
      if (known.settlement === asked.settlement) continue;
      if (!known.isComparable(asked)) return known;
    }
    return undefined;
  }

  #note(known: Known): void {
    for (const place of known.places) {
      const there = this.#byPlace.get(place);
      if (there === undefined) this.#byPlace.set(place, [known]);
      else there.push(known);
    }
    const alike = this.#unsettled.get(known.content);
    if (alike === undefined) {
      this.#unsettled.set(known.content, new Set([known]));
    } else alike.add(known);
  }

  #settleOne(known: Known): void {
    this.#dropUnsettled(known);
    // A broker that crashes may forget acks that had arrived.
    this.#settled.push(known);
    if (this.#settled.length > 2 * SETTLED_REMEMBERED) {
      this.#settled.splice(0, SETTLED_REMEMBERED).forEach((known) =>
        this.#forget(known)
      );
    }
  }

  #forget(known: Known): void {
    for (const place of known.places) {
      const there = this.#byPlace.get(place)!;
      there.splice(there.indexOf(known), 1);
      if (there.length === 0) this.#byPlace.delete(place);
    }
    this.#dropUnsettled(known);
  }

  #dropUnsettled(known: Known): void {
    const alike = this.#unsettled.get(known.content);
    alike?.delete(known);
    if (alike?.size === 0) this.#unsettled.delete(known.content);
  }
}

/** What a rejection is known by. */
type Placed = Omit<RecordedRejection, "settled">;

/** When a rejection was recorded. */
interface Recorded {
  /** That of its delivery, if it was in this run. */
  readonly settlement?: Settlement;
  /** The number of its batch; 0 means in an earlier run. */
  readonly batch?: number;
  /** The number of the commit that recorded it; 0 likewise. */
  readonly commit?: number;
  /** Whether it was in an earlier run, which knew that its ack had arrived. */
  readonly isSettled?: boolean;
}

/** Content and places of a rejection as keys. */
class Known {
  readonly content: string;
  readonly settlement: Settlement | undefined;
  readonly batch: number;
  readonly commit: number;
  readonly #isSettled: boolean;
  readonly #follows: string | undefined;
  readonly #precedes: string | undefined;

  constructor(
    { fingerprint, follows, precedes }: Placed,
    { settlement, batch = 0, commit = 0, isSettled = false }: Recorded,
  ) {
    this.settlement = settlement;
    this.batch = batch;
    this.commit = commit;
    this.#isSettled = isSettled;
    this.content = keyOf(fingerprint);
    this.#follows = follows;
    this.#precedes = precedes;
  }

  get places(): string[] {
    const places: string[] = [];
    if (this.#follows !== undefined) {
      places.push(`${this.content}<${this.#follows}`);
    }
    if (this.#precedes !== undefined) {
      places.push(`${this.content}>${this.#precedes}`);
    }
    return places;
  }

  /**
   * Whether no place that both have differs. Where only a broker that has
   * forgotten an ack could deliver it again, all of them must be known.
   */
  agrees(other: Known): boolean {
    if (this.#isSettled) {
      return this.#follows !== undefined && this.#precedes !== undefined &&
        this.#follows === other.#follows && this.#precedes === other.#precedes;
    }
    return isEqualOrMissing(this.#follows, other.#follows) &&
      isEqualOrMissing(this.#precedes, other.#precedes);
  }

  /** Whether no place differs, nor is missing of one alone. */
  isLike(other: Known): boolean {
    return this.#follows === other.#follows &&
      this.#precedes === other.#precedes;
  }

  /** Whether both have a place on the same side of an event. */
  isComparable(other: Known): boolean {
    return this.#follows !== undefined && other.#follows !== undefined ||
      this.#precedes !== undefined && other.#precedes !== undefined;
  }
}

function isEqualOrMissing(one?: string, other?: string): boolean {
  return one === undefined || other === undefined || one === other;
}
