import { ValidationError } from "@cliffy/command";
import type { IdPlace } from "../decode/id_place.ts";
import type { KeyPattern } from "../decode/key_pattern.ts";
import type { TypeRule } from "../decode/routing_key.ts";
import type { ListenAddress } from "../metrics/page_server.ts";
import type { StreamStart } from "../source/stream/stream_start.ts";
import type { QueueType } from "../topology/topology.ts";
import type { Format } from "./log.ts";
import { keyPattern } from "./option_types.ts";

/** Options that say where things are; `doctor` has these alone. */
export interface PlaceOptions {
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
  routingKey?: KeyPattern;
  queueType?: QueueType;
  from?: StreamStart;
  connectTimeout: number;
  input?: string;
  out: string;
  ledger?: string;
  /** Of `doctor` alone. */
  verify?: boolean;
  format: Format;
  logFormat: Format;
}

/** The options of `count` as Cliffy hands them over. */
export interface CountOptions extends PlaceOptions {
  dryRun?: boolean;
  prefetch: number;
  reconnectTimeout: number;
  types: TypeRule;
  id: IdPlace;
  routingKey: KeyPattern;
  idle: number;
  untilEmpty?: boolean;
  limit?: number;
  checkpointSize: number;
  checkpointInterval: number;
  snapshotInterval: number;
  deliveryLimit: number;
  /** In bytes; 0 for none. */
  rejectedLimit: number;
  dedupeWindow?: number;
  metricsFile?: string;
  listen?: ListenAddress;
  listenPublic?: boolean;
  otlpEndpoint?: URL;
  progress: boolean;
}

/** The queues that are given, or the one that is not. */
export function queuesOf({ queue }: PlaceOptions): string[] {
  return [queue].flat();
}

/**
 * Refuses what only several of these options together can get wrong.
 *
 * @throws {ValidationError} That names them.
 */
export function checkPlaces(options: PlaceOptions): void {
  const { binding, declare, input } = options;
  checkQueues(options);
  // Cliffy's own `conflicts` would also match a value that is such a word.
  for (
    const [option, given] of [
      ["--declare", declare],
      ["--from", options.from !== undefined],
    ] as const
  ) {
    if (given === true) refuseWithInput(option, input);
  }
  for (
    const [option, given] of [
      ["--binding", binding],
      ["--queue-type", options.queueType],
    ] as const
  ) {
    if (given === undefined || declare === true) continue;
    throw new ValidationError(
      `Option "${option}" is for --declare and must come with it, but got "${given}" alone.`,
    );
  }
}

/** Refuses an option that is about queues where there is none. */
export function refuseWithInput(
  option: string,
  input: string | undefined,
): void {
  if (input === undefined) return;
  throw new ValidationError(
    `Option "${option}" is about a queue and cannot come with --input, but got "--input ${input}" too.`,
  );
}

function checkQueues(options: PlaceOptions): void {
  const queues = queuesOf(options);
  const twice = queues.find((queue, at) => queues.indexOf(queue) < at);
  if (twice !== undefined) {
    throw new ValidationError(
      `Option "--queue" must name a queue only once, but got "${twice}" twice.`,
    );
  }
  if (queues.length === 1 || options.declare !== true) return;
  throw new ValidationError(
    `Option "--declare" makes one queue and cannot come with several, but got "${
      queues.join('", "')
    }"; make them with publish --partitions.`,
  );
}

/**
 * Takes `--key` for `--routing-key` if it is a pattern: no key of a certificate
 * is in a file of such a name.
 *
 * @throws {ValidationError} If it is none after all.
 */
export function withKeyPattern(options: CountOptions): CountOptions {
  const { key, ...others } = options;
  if (key === undefined || !key.includes("<user>")) return options;
  const given = { label: "Option", name: "key", value: key };
  return { ...others, routingKey: keyPattern(given) };
}

/**
 * Refuses to listen where other machines can come, unless that is asked for.
 *
 * @throws {ValidationError} That says how.
 */
export function checkListen({ listen, listenPublic }: CountOptions): void {
  if (listen === undefined) {
    if (listenPublic !== true) return;
    throw new ValidationError(
      'Option "--listen-public" is for --listen and must come with it.',
    );
  }
  const { hostname, port } = listen;
  const address = hostname.includes(":") ? `[${hostname}]` : hostname;
  if (listenPublic === true || /^(localhost|127\.[\d.]+|::1)$/.test(hostname)) {
    return;
  }
  throw new ValidationError(
    `Option "--listen" must be a port or an address of this machine alone, or come with --listen-public, but got "${address}:${port}".`,
  );
}
