import type { Delivery } from "../model/delivery.ts";
import type { Position } from "../model/position.ts";

/**
 * Where deliveries come from.
 *
 * The pipeline takes what is there and never waits inside a call: whenever
 * something changed (deliveries came, the source got attached or lost its
 * attachment, ended or failed) the source calls `wake`.
 *
 * A source keeps a bounded number of deliveries waiting, and slows down
 * whoever sends them when these are not taken.
 */
export interface Source {
  /**
   * Starts. Settles when the source is attached for the first time.
   *
   * @param wake To be called after every change.
   * @param signal Aborted when the run is told to stop: give up connecting.
   * @param positions How far streams have been counted, by their names: a
   * source that reads one of them begins behind that.
   * @throws If it cannot be attached.
   */
  open(
    wake: () => void,
    signal: AbortSignal,
    positions: ReadonlyMap<string, Position>,
  ): Promise<void>;

  /**
   * Takes up to `most` of the waiting deliveries, in order; an empty array if
   * none is waiting.
   *
   * @throws The error that ended the source, once everything before it has
   * been taken.
   */
  take(most: number): readonly Delivery[];

  /** Whether it listens right now. A broken connection is not silence. */
  readonly attached: boolean;

  /** Whether everything has been taken and nothing will ever come again. */
  readonly ended: boolean;

  /** What a run is called that has come to its end. Default: `end-of-input`. */
  readonly endsAs?: "replay";

  /**
   * Whether there was nothing left to deliver when this was asked.
   * While it is not attached, the answer is no.
   */
  isEmpty(): Promise<boolean>;

  /**
   * Asks whoever delivers for a sign of life.
   *
   * @returns Whether it came, and nothing to deliver came with it. No if the
   * attachment is lost before; on one that is dead without a sign it may take
   * as long as that takes to be noticed.
   */
  isQuiet(): Promise<boolean>;

  /**
   * How far it has got, for whoever watches. Each call may ask whoever
   * delivers. Left out, or nothing, where that cannot be told.
   */
  extent?(): Promise<Extent | undefined>;

  /** How often an attachment was lost. Left out where none can be. */
  readonly losses?: number;

  /** Stops deliveries; those not taken yet are given back. Acks still work. */
  stop(): Promise<void>;

  /**
   * Lets acks reach their goal, then closes.
   *
   * @returns What it knows to have left where it took the others from,
   * although it was ready when the source was last found quiet.
   */
  close(): Promise<LeftBehind | undefined>;

  /**
   * Messages that can be delivered to the next run, counted while it closed.
   * Left out, or nothing, where that is not known.
   */
  readonly left?: number | undefined;
}

/** How far a source has got with all that there is now. */
export interface Extent {
  /** What the other two count: messages, or bytes of a file. */
  readonly unit: "messages" | "bytes";
  /** What it has handed over. */
  readonly done: number;
  /** The same with what is still there. */
  readonly total: number;
}

/** Messages that were ready, and that nobody delivered. */
export interface LeftBehind {
  /** How many there are. */
  readonly messages: number;
  /** Why, as far as that is known, and what to do. */
  readonly why: string;
}
