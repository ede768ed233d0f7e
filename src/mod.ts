/**
 * Exactly-once counting of user events as a library: run the pipeline with
 * your own source, consumers or ledger.
 *
 * @example Count messages of an NDJSON file, and do something with each event
 * ```ts
 * import {
 *   consumerOf,
 *   CountingConsumer,
 *   MemoryLedger,
 *   NdjsonSource,
 *   Pipeline,
 * } from "@eventcounter/eventcounter";
 *
 * const lines = [
 *   { routingKey: "ann.event.created", body: { id: "1" } },
 *   { routingKey: "ann.event.created", body: { id: "1" } },
 * ].map((line) => JSON.stringify(line) + "\n");
 *
 * const welcomed: string[] = [];
 * const ledger = new MemoryLedger();
 * const run = await new Pipeline({
 *   source: new NdjsonSource(
 *     "two lines",
 *     ReadableStream.from(lines).pipeThrough(new TextEncoderStream()),
 *   ),
 *   ledger,
 *   consumers: (tally) => [
 *     new CountingConsumer(tally),
 *     consumerOf({ created: (userId) => void welcomed.push(userId) }),
 *   ],
 * }).run();
 *
 * console.assert(run.unique === 1 && run.duplicates === 1);
 * console.assert(welcomed.join() === "ann");
 * ```
 *
 * @module
 */
export * from "./count/counting_consumer.ts";
export * from "./count/event_consumer.ts";
export * from "./count/tally.ts";
export type { MessageShape } from "./decode/decoder.ts";
export { type IdPlace, parseIdPlace } from "./decode/id_place.ts";
export { type KeyPattern, parseKeyPattern } from "./decode/key_pattern.ts";
export { TYPE_NAME, type TypeRule } from "./decode/routing_key.ts";
export * from "./ledger/ledger.ts";
export * from "./ledger/memory/memory_ledger.ts";
export * from "./ledger/sqlite/sqlite_ledger.ts";
export * from "./model/clock.ts";
export * from "./model/counts.ts";
export * from "./model/delivery.ts";
export * from "./model/errors.ts";
export * from "./model/event.ts";
export * from "./model/file_note.ts";
export type * from "./model/message_properties.ts";
export * from "./model/position.ts";
export * from "./model/rejection.ts";
export { Uuid } from "./model/uuid.ts";
export * from "./output/snapshot.ts";
export * from "./output/snapshot_content.ts";
export * from "./pipeline/pipeline.ts";
export * from "./pipeline/pipeline_options.ts";
export * from "./pipeline/run_result.ts";
export * from "./source/amqp/amqp_source.ts";
export * from "./source/amqp/amqp_source_options.ts";
export * from "./source/ndjson/ndjson_source.ts";
export * from "./source/source.ts";
export * from "./source/stream/stream_start.ts";
export { type AmqpAddress, parseAmqpAddress } from "./topology/amqp_address.ts";
export {
  type AmqpChannel,
  declareTopology,
  type QueueType,
  type Topology,
} from "./topology/topology.ts";
export type { TlsOptions } from "./topology/connection.ts";
