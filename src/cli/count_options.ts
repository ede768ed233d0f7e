import type { TypeRule } from "../decode/routing_key.ts";
import type { StreamStart } from "../source/stream/stream_start.ts";
import type { QueueType } from "../topology/topology.ts";
import type { Format, Level } from "./log.ts";

/** The options of `count` as Cliffy hands them over. */
export interface CountOptions {
  amqpUrl?: string;
  amqpUrlFile?: string;
  ca?: string;
  cert?: string;
  key?: string;
  exchange: string;
  /** One that was given, several, or the one of the variable or by default. */
  queue: string | string[];
  declare?: boolean;
  binding?: string;
  queueType?: QueueType;
  from?: StreamStart;
  prefetch: number;
  connectTimeout: number;
  reconnectTimeout: number;
  input?: string;
  out: string;
  ledger?: string;
  types: TypeRule;
  format: Format;
  idle: number;
  untilEmpty?: boolean;
  limit?: number;
  checkpointSize: number;
  checkpointInterval: number;
  snapshotInterval: number;
  deliveryLimit: number;
  dedupeWindow?: number;
  logLevel: Level;
  logFormat: Format;
  progress: boolean;
}
