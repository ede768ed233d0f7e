import { systemClock } from "../model/clock.ts";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import { AmqpSource } from "../source/amqp/amqp_source.ts";
import { NdjsonSource } from "../source/ndjson/ndjson_source.ts";
import type { Source } from "../source/source.ts";
import { checkNames, declareTopology } from "../topology/topology.ts";
import { findAmqpAddress } from "./amqp_url.ts";
import { readTlsFiles } from "./tls_files.ts";
import type { CountOptions } from "./count_options.ts";

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
  const { exchange, queue, binding = "*.event.*", queueType } = options;
  const topology = {
    exchange,
    queue,
    binding,
    ...(queueType === undefined ? {} : { queueType }),
  };
  checkNames(topology);
  const address = await findAmqpAddress(options, args);
  return new AmqpSource({
    address,
    tls: await readTlsFiles(options, address),
    queue,
    prefetch: options.prefetch,
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
  try {
    const { isDirectory } = await Deno.stat(path);
    if (isDirectory) throw new Error("it is a folder");
    return new NdjsonSource(`"${path}"`, (await Deno.open(path)).readable);
  } catch (error) {
    throw new EventCounterError(
      EXIT.usage,
      `Cannot read "${path}": ${messageOf(error)}; check --input`,
      { cause: error },
    );
  }
}
