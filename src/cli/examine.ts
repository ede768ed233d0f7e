import { resolve } from "node:path";
import type { ChannelModel } from "amqplib";
import { examineBroker } from "../doctor/broker_checks.ts";
import {
  type CheckResult,
  Examination,
  type Finding,
} from "../inspect/examination.ts";
import { lookAtFolder } from "../doctor/folder_check.ts";
import {
  type FoundLedger,
  lookAtClock,
  lookAtLedger,
} from "../doctor/ledger_checks.ts";
import {
  lookAtExchange,
  lookAtQueue,
  lookAtStream,
  type QueueFacts,
  type QueueTarget,
  type StreamFacts,
} from "../doctor/queue_checks.ts";
import { size } from "../model/words.ts";
import { verifyLedger } from "../inspect/verification.ts";
import type { LedgerReader } from "../ledger/ledger_reader.ts";
import { systemClock } from "../model/clock.ts";
import { maskPassword } from "../model/mask_password.ts";
import { checkNames } from "../topology/topology.ts";
import { findAmqpAddress } from "./amqp_url.ts";
import { type PlaceOptions, queuesOf } from "./count_options.ts";
import { failureOf } from "./failure.ts";
import { isPostgres, pathOf } from "./open_ledger.ts";
import { openLedgerReader } from "./open_ledger_reader.ts";
import { openInputFile, topologyOf } from "./open_source.ts";
import { readTlsFiles } from "./tls_files.ts";

/** What was found; what a check before has hidden is missing. */
export interface Examined {
  readonly examination: Examination;
  readonly queues: readonly QueueFacts[];
  readonly streams: readonly StreamFacts[];
  readonly ledger: FoundLedger | undefined;
}

/**
 * Looks at everything that a run with these options would need, and changes
 * nothing.
 *
 * @param args The command line, see `findAmqpAddress`.
 * @param tell Called after each check.
 * @param use What to do with it while the ledger can be read.
 * @throws {EventCounterError} 2 if the options name nothing that can be looked
 * at.
 */
export async function examine(
  options: PlaceOptions,
  args: readonly string[],
  tell: (result: CheckResult) => void,
  use: (examined: Examined) => Promise<void>,
): Promise<void> {
  const examination = new Examination({ tell, judge: failureOf });
  const { input, out } = options;
  const target = ledgerTarget(options);
  const broker = input === undefined
    ? await brokerTarget(options, args)
    : undefined;
  let connection: ChannelModel | undefined;
  let ledger: FoundLedger | undefined;
  try {
    if (input !== undefined) {
      await examination.check("input", [], () => lookAtInput(input));
    }
    connection = broker && await examineBroker(examination, broker);
    const targets = broker?.queues ?? [];
    const queues = await lookAtQueues(examination, connection, targets);
    await examination.check("output", [], () => lookAtFolder(out));
    const at = systemClock.now();
    ledger = await examination.check(
      "ledger",
      [],
      () => target === undefined ? FORGETFUL : lookAtLedger(target),
    );
    const { reader } = ledger ?? {};
    if (options.verify === true && reader !== undefined) {
      const isInUse = await reader.isInUse();
      await verifyLedger(examination, reader, {
        ...{ folder: out, isInUse, at },
        beforeRun: true,
      });
    }
    const streams = await lookAtStreams(
      examination,
      connection,
      targets.filter(({ topology }) =>
        queues.some(({ queue, type, isMissing }) =>
          queue === topology.queue && type === "stream" && !isMissing
        )
      ),
      reader,
    );
    await examination.check(
      "clock",
      ["ledger"],
      () => lookAtClock(ledger?.reader, systemClock),
    );
    await use({ examination, queues, streams, ledger });
  } finally {
    await ledger?.reader?.close();
    await connection?.close().catch(() => {/* It was lost. */});
  }
}

const FORGETFUL: Finding<FoundLedger> = {
  found: "memory: the counts of a run alone; nothing is acked before its end",
};

async function lookAtQueues(
  examination: Examination,
  connection: ChannelModel | undefined,
  targets: readonly QueueTarget[],
): Promise<QueueFacts[]> {
  const [first] = targets;
  if (first !== undefined) {
    await examination.check(
      "exchange",
      ["virtual host"],
      () => lookAtExchange(connection!, first),
    );
  }
  const queues: QueueFacts[] = [];
  for (const target of targets) {
    const queue = await examination.check(
      "queue",
      ["virtual host"],
      () => lookAtQueue(connection!, target),
    );
    if (queue !== undefined) queues.push(queue);
  }
  return queues;
}

async function lookAtStreams(
  examination: Examination,
  connection: ChannelModel | undefined,
  targets: readonly QueueTarget[],
  reader: LedgerReader | undefined,
): Promise<StreamFacts[]> {
  const streams: StreamFacts[] = [];
  for (const target of targets) {
    const stream = await examination.check("stream", ["ledger"], async () => {
      const positions = await reader?.positions();
      const position = positions?.get(target.topology.queue);
      return await lookAtStream(connection!, target, position);
    });
    if (stream !== undefined) streams.push(stream);
  }
  return streams;
}

async function brokerTarget(options: PlaceOptions, args: readonly string[]) {
  const topologies = queuesOf(options).map((queue) =>
    topologyOf(options, queue)
  );
  topologies.forEach(checkNames);
  const address = await findAmqpAddress(options, args);
  const tls = await readTlsFiles(options, address);
  const { connectTimeout, from, declare = false } = options;
  const clock = systemClock;
  const queues = topologies.map((topology): QueueTarget => ({
    ...{ topology, declare, from, address, clock },
    isShared: isPostgres(options.ledger),
  }));
  return { address, tls, connectTimeout, clock, queues };
}

/** Nothing for a ledger that keeps nothing. */
function ledgerTarget({ ledger, out, connectTimeout }: PlaceOptions) {
  if (ledger === "memory:") return undefined;
  const path = isPostgres(ledger) ? undefined : pathOf(ledger, out);
  return {
    name: path ?? maskPassword(ledger!),
    out: resolve(out),
    open: () => openLedgerReader({ ledger, out }, connectTimeout),
    ...path !== undefined && { path },
  };
}

async function lookAtInput(path: string): Promise<Finding> {
  if (path === "-") return { found: "standard input" };
  // Whoever opens a pipe and closes it again ends it for its writer.
  const isPipe = await Deno.stat(path).then(({ isFifo }) => isFifo === true)
    .catch(() => false);
  if (isPipe) return { found: `"${path}", a pipe`, facts: { input: path } };
  using file = await openInputFile(path);
  const { size: bytes } = await file.stat();
  return { found: `"${path}", ${size(bytes)}`, facts: { input: path, bytes } };
}
