import { writeMessageLine } from "../../src/model/ndjson_line.ts";
import { MergedSource } from "../../src/source/merged_source.ts";
import { NdjsonSource } from "../../src/source/ndjson/ndjson_source.ts";
import type { Source } from "../../src/source/source.ts";
import { AmqpSource } from "../../src/source/amqp/amqp_source.ts";
import { systemClock } from "../../src/model/clock.ts";
import { parseAmqpAddress } from "../../src/topology/amqp_address.ts";
import { Place } from "./broker_place.ts";
import { TcpProxy } from "./tcp_proxy.ts";
import { bytes, type Message } from "./messages.ts";
import { ScriptedSource } from "./scripted_source.ts";

/** A source, not opened yet, and the far end of it. */
export interface SourceRig {
  readonly source: Source;
  /** Has messages delivered. */
  push(messages: readonly Message[]): void | Promise<void>;
  /** Releases what the far end needs. */
  dispose?(): Promise<void>;
}

/** The far end of a source that can come to its end, in order or broken. */
export interface EndingRig extends SourceRig {
  end(): void;
  fail(error: Error): void;
}

/** The far end of a source whose attachment can be lost and made anew. */
export interface DetachingRig extends SourceRig {
  detach(): void | Promise<void>;
  attach(): void | Promise<void>;
}

/** A kind of source, for the suite that runs over all of them. */
export interface SourceAdapter<Rig extends SourceRig = SourceRig> {
  readonly name: string;
  readonly permissions: Deno.PermissionOptions;
  make(): Rig | Promise<Rig>;
}

function adapter<Rig extends SourceRig>(
  name: string,
  make: () => Rig | Promise<Rig>,
  permissions: Deno.PermissionOptions = "none",
): SourceAdapter<Rig> {
  return { name, make, permissions };
}

const STREAM = { "x-queue-type": "stream" };
const ndjson = adapter("NdjsonSource", makeNdjson);
const scripted = adapter("ScriptedSource", makeScripted);
const merged = adapter("MergedSource", makeMerged);
const amqp = adapter("AmqpSource", makeAmqp, "inherit");
const stream = adapter("a stream's source", () => makeAmqp(STREAM), "inherit");

/** Every source there is. */
export const sources: readonly SourceAdapter[] = [
  ...[ndjson, scripted, amqp, stream, merged],
];

/** Those that can come to their end. */
export const endingSources = [ndjson, scripted, merged];

/** Those that can lose their attachment. */
export const detachingSources = [scripted, amqp, merged];

function makeNdjson(): EndingRig {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
  });
  return {
    source: new NdjsonSource("the input", stream),
    push: (messages) => {
      const lines = messages.map(({ routingKey, body }) =>
        writeMessageLine({ routingKey, body })
      );
      controller.enqueue(bytes(lines.join("")));
    },
    end: () => controller.close(),
    fail: (error) => controller.error(error),
  };
}

function makeScripted(): EndingRig & DetachingRig {
  const source = new ScriptedSource();
  return {
    source,
    push: (messages) => source.push(...messages),
    end: () => source.end(),
    fail: (error) => source.fail(error),
    detach: () => source.detach(),
    attach: () => source.attach(),
  };
}

/** Two sources as one, with messages in one of them. */
function makeMerged(): EndingRig & DetachingRig {
  const [rig, other] = [makeScripted(), makeScripted()];
  return {
    ...rig,
    source: new MergedSource([other.source, rig.source]),
    end: () => {
      other.end();
      rig.end();
    },
  };
}

/** A queue of a real RabbitMQ, behind a proxy that can part the two. */
async function makeAmqp(
  queueArguments: Record<string, unknown> = {},
): Promise<DetachingRig> {
  const place = await Place.make(undefined, queueArguments);
  await place.declare("#", queueArguments);
  const proxy = await TcpProxy.start(place.url);
  return {
    source: new AmqpSource({
      address: parseAmqpAddress(proxy.url()),
      queue: place.queue,
      prefetch: 1_000,
      holdAll: false,
      prepare: () => Promise.resolve(),
      connectTimeout: 30_000,
      reconnectTimeout: 30_000,
      clock: systemClock,
    }),
    push: (messages) => place.publish(messages),
    detach: () => {
      proxy.refuse();
      proxy.cut();
    },
    attach: () => proxy.admit(),
    dispose: async () => {
      await proxy[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}
