import type { RunTotals } from "../ledger/ledger.ts";
import type { RejectionReason } from "../model/rejection.ts";
import type { LeftBehind } from "../source/source.ts";

/** Why a run stopped; after an `error` it throws instead of returning. */
export type StopReason =
  | "idle"
  | "empty"
  | "signal"
  | "limit"
  | "end-of-input"
  | "replay"
  | "error";

/** What has become of deliveries. */
export interface DeliveryTotals extends RunTotals {
  /** How many of them carried the broker's redelivered flag. */
  readonly redelivered: number;
}

/** What a run did. `received` = `unique` + `duplicates` + `rejected`. */
export interface RunResult extends DeliveryTotals {
  /** Deliveries processed. */
  readonly received: number;
  /** Those of `rejected`, by reason. */
  readonly rejectedByReason: ReadonlyMap<RejectionReason, number>;
  /** Why it ended. */
  readonly stopped: StopReason;
  /** From start to end, in ms. */
  readonly duration: number;
  /** The files that hold the ledger's content. */
  readonly files: readonly string[];
  /** Messages known to be left in the queue; see `Source.close`. */
  readonly left: LeftBehind | undefined;
}
