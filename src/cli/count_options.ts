import type { TypeRule } from "../decode/routing_key.ts";
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
  queue: string;
  declare?: boolean;
  binding?: string;
  queueType?: QueueType;
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
  checkpointSize: number;
  checkpointInterval: number;
  snapshotInterval: number;
  deliveryLimit: number;
  dedupeWindow?: number;
  logLevel: Level;
  logFormat: Format;
  progress: boolean;
}
