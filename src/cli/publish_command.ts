import { ValidationError } from "@cliffy/command";
import { getLogger } from "@logtape/logtape";
import { onSignals } from "../lifecycle/signals.ts";
import { systemClock } from "../model/clock.ts";
import { prepareFolder } from "../output/output_folder.ts";
import { AmqpPublisher } from "../publish/amqp_publisher.ts";
import { Expectation } from "../publish/expectation.ts";
import type { GeneratedMessage } from "../publish/generated_message.ts";
import { generateMessages } from "../publish/generator.ts";
import { NdjsonPublisher } from "../publish/ndjson_publisher.ts";
import { publishMessages } from "../publish/publish_messages.ts";
import { OutputClosed, type Publisher } from "../publish/publisher.ts";
import { findAmqpAddress } from "./amqp_url.ts";
import { ExpectedIdsFile, writeExpectation } from "./expectation_files.ts";
import { readTlsFiles } from "./tls_files.ts";
import type { QueueType } from "../topology/topology.ts";
import type { Format } from "./log.ts";
import { publishSummaryJson, publishSummaryText } from "./publish_summary.ts";
import { showPublishing } from "./publish_progress.ts";
import { hasColors } from "./terminal.ts";
import type { ProcessContext } from "./process_context.ts";

const log = getLogger(["eventcounter", "cli"]);

/** The options of `publish` as Cliffy hands them over. */
export interface PublishOptions {
  amqpUrl?: string;
  amqpUrlFile?: string;
  exchange: string;
  queue: string;
  declare: boolean;
  binding?: string;
  queueType?: QueueType;
  partitions?: number;
  ca?: string;
  cert?: string;
  key?: string;
  connectTimeout: number;
  size: number;
  users: number;
  types: readonly string[];
  duplicates: number;
  invalid: number;
  seed?: number;
  rate?: number;
  expect?: string;
  to: "amqp" | "-";
  format: Format;
}

/** Does what `publish` is for: publishes generated events. */
export async function publish(
  options: PublishOptions,
  context: ProcessContext,
): Promise<void> {
  checkTogether(options);
  const { stderr } = context;
  const seed = options.seed ?? randomSeed();
  // All that can refuse does so before anything is published.
  const messages = generateMessages({ ...options, seed });
  if (options.expect !== undefined) {
    await prepareFolder(options.expect, "--expect");
  }
  // Told now as well: a run that fails has no summary, and to publish the
  // missing rest is to repeat it.
  log.info("publishing {size} messages with seed {seed}", {
    size: options.size,
    // Somebody may copy it.
    seed: `${seed}`,
  });

  using ids = options.expect === undefined
    ? undefined
    : new ExpectedIdsFile(options.expect);
  const expectation = new Expectation((event) => ids?.add(event));
  const started = systemClock.monotonic();
  const endProgress = options.to === "amqp" && stderr.canShowProgress
    ? showPublishing(stderr, systemClock, {
      size: options.size,
      read: () => expectation.published,
      colors: hasColors(Deno.stderr),
    })
    : () => {};
  try {
    await publishAll(options, messages, expectation, context);
  } catch (error) {
    if (error instanceof OutputClosed) return;
    throw error;
  } finally {
    endProgress();
  }
  const duration = systemClock.monotonic() - started;

  if (options.expect !== undefined) {
    await writeExpectation(options.expect, expectation);
    ids!.flush();
  }
  const summary = options.format === "json"
    ? publishSummaryJson(expectation, seed, duration)
    : publishSummaryText(expectation, seed, duration);
  if (options.to === "-") stderr.writeLine(summary);
  else context.print(summary);
}

/** What only several options together can get wrong. */
function checkTogether(options: PublishOptions): void {
  for (
    const [option, given] of [
      ["--binding", options.binding],
      ["--queue-type", options.queueType],
      ["--partitions", options.partitions],
    ] as const
  ) {
    if (given === undefined || options.declare) continue;
    throw new ValidationError(
      `Option "${option}" is for --declare, but got "${given}" with --no-declare.`,
    );
  }
}

/** Publishes until all is done or a signal comes. */
async function publishAll(
  options: PublishOptions,
  messages: Iterable<GeneratedMessage>,
  expectation: Expectation,
  context: ProcessContext,
): Promise<void> {
  const stop = new AbortController();
  const endSignals = onSignals({
    stop: () => stop.abort(),
    end: context.exit,
  });
  let publisher: Publisher | undefined;
  try {
    publisher = await openPublisher(options, context.args, stop.signal);
    // A signal came before there was anybody to publish to.
    if (publisher === undefined) return;
    await publishMessages({
      messages,
      publisher,
      expectation,
      rate: options.rate,
      clock: systemClock,
      signal: stop.signal,
    });
  } finally {
    await publisher?.close();
    endSignals();
  }
}

async function openPublisher(
  options: PublishOptions,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Publisher | undefined> {
  if (options.to === "-") {
    return new NdjsonPublisher("standard output", Deno.stdout.writable);
  }
  const { exchange, queue, declare, partitions, connectTimeout } = options;
  const { binding = "*.event.*", queueType = "classic" } = options;
  const address = await findAmqpAddress(options, args);
  return await AmqpPublisher.open({
    address,
    tls: await readTlsFiles(options, address),
    topology: { exchange, queue, binding, queueType },
    declare,
    partitions,
    connectTimeout,
    clock: systemClock,
  }, signal);
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
