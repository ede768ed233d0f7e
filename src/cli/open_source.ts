import { USUAL_KEY } from "../decode/key_pattern.ts";
import { systemClock } from "../model/clock.ts";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import { AmqpSource } from "../source/amqp/amqp_source.ts";
import { MergedSource } from "../source/merged_source.ts";
import { NdjsonSource } from "../source/ndjson/ndjson_source.ts";
import type { Source } from "../source/source.ts";
import type { AmqpAddress } from "../topology/amqp_address.ts";
import type { TlsOptions } from "../topology/connection.ts";
import {
  checkNames,
  declareTopology,
  type Topology,
} from "../topology/topology.ts";
import { findAmqpAddress } from "./amqp_url.ts";
import { readTlsFiles } from "./tls_files.ts";
import {
  type CountOptions,
  type PlaceOptions,
  queuesOf,
} from "./count_options.ts";

/**
 * Makes the source that the options name; it connects later.
 *
 * @throws {EventCounterError} 2 if the input file, the URL or a name cannot be
 * used.
 */
export async function openSource(
  options: CountOptions,
  args: readonly string[],
): Promise<Source> {
  if (options.input !== undefined) return await openInput(options.input);
  const topologies = queuesOf(options).map((queue) =>
    topologyOf(options, queue)
  );
  topologies.forEach(checkNames);
  const address = await findAmqpAddress(options, args);
  const tls = await readTlsFiles(options, address);
  const sources = topologies.map((topology) =>
    openQueue(options, address, tls, topology)
  );
  return sources.length === 1 ? sources[0]! : new MergedSource(sources);
}

/** What a run would make of a queue. */
export function topologyOf(options: PlaceOptions, queue: string): Topology {
  const { exchange, routingKey = USUAL_KEY, queueType } = options;
  const { binding = routingKey.binding } = options;
  return {
    exchange,
    queue,
    binding,
    ...(queueType === undefined ? {} : { queueType }),
  };
}

function openQueue(
  options: CountOptions,
  address: AmqpAddress,
  tls: TlsOptions | undefined,
  topology: Topology,
): Source {
  return new AmqpSource({
    address,
    tls,
    queue: topology.queue,
    header: options.id.in === "header" ? options.id.name : undefined,
    from: options.from,
    // What comes beyond the limit only has to go back.
    prefetch: Math.min(options.prefetch, options.limit ?? Infinity),
    holdAll: options.ledger === "memory:",
    prepare: (channel) =>
      options.declare === true
        ? declareTopology(channel, topology)
        : Promise.resolve(),
    connectTimeout: options.connectTimeout,
    reconnectTimeout: options.reconnectTimeout,
    clock: systemClock,
  });
}

async function openInput(path: string): Promise<Source> {
  if (path === "-") {
    return new NdjsonSource("standard input", Deno.stdin.readable);
  }
  const file = await openInputFile(path);
  const { isFile, size } = await file.stat();
  return new NdjsonSource(
    `"${path}"`,
    file.readable,
    isFile ? size : undefined,
  );
}

/**
 * Opens the file that --input names.
 *
 * @throws {EventCounterError} 2 if it cannot be read.
 */
export async function openInputFile(path: string): Promise<Deno.FsFile> {
  try {
    const { isDirectory } = await Deno.stat(path);
    if (isDirectory) throw new Error("it is a folder");
    return await Deno.open(path);
  } catch (error) {
    throw new EventCounterError(
      EXIT.usage,
      `Cannot read "${path}": ${messageOf(error)}; check --input`,
      { cause: error },
    );
  }
}
