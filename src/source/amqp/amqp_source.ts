import { getLogger } from "@logtape/logtape";
import type { Delivery } from "../../model/delivery.ts";
import { Attempts } from "../../topology/attempts.ts";
import { openConnection } from "../../topology/connection.ts";
import { messageOf } from "../../model/errors.ts";
import type { Position } from "../../model/position.ts";
import { within } from "../../model/within.ts";
import type { QueueType } from "../../topology/topology.ts";
import { AmqpAttachment } from "./amqp_attachment.ts";
import { type AmqpSourceOptions, refuseFrom } from "./amqp_source_options.ts";
import type { Consumption } from "./consumption.ts";
import { CLOSE_TIMEOUT, GracefulClose } from "./graceful_close.ts";
import { QueueConsumption } from "./queue_consumption.ts";
import type { Extent, LeftBehind, Source } from "../source.ts";

/**
 * A connection that was kept for so long (in ms) was of use, even if there was
 * nothing to settle. One that is lost earlier has changed nothing.
 */
const PROBATION = 10_000;

const log = getLogger(["eventcounter", "source"]);

/**
 * Deliveries of a RabbitMQ queue of any type. Whatever of connection, channel
 * and consumer is lost, all three are made anew.
 */
export class AmqpSource implements Source {
  readonly #options: AmqpSourceOptions;
  readonly #gracefulClose: GracefulClose;
  /** Aborted when no attachment is wanted any more. */
  readonly #over = new AbortController();
  /** Fulfilled when the run is told to stop. */
  readonly #told = Promise.withResolvers<void>();
  #wake: () => void = () => {};
  /** The latest; it knows whether it is still one. */
  #attachment: AmqpAttachment | undefined;
  /** How far the queue has been counted, if it is a stream. */
  #position: Position | undefined;
  /** Once it is known to be a stream; it knows how far that was read. */
  #stream: Consumption | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Deliveries that were handed over. */
  #taken = 0;
  #losses = 0;
  #left: number | undefined;

  /** Connects only when it is opened. */
  constructor(options: AmqpSourceOptions) {
    this.#options = options;
    this.#gracefulClose = new GracefulClose(options.clock);
  }

  get attached(): boolean {
    return this.#attachment?.isAlive ?? false;
  }

  /** A queue has no end. */
  readonly ended = false;

  async open(
    wake: () => void,
    signal: AbortSignal,
    positions: ReadonlyMap<string, Position> = new Map(),
  ): Promise<void> {
    this.#wake = wake;
    this.#position = positions.get(this.#options.queue);
    if (signal.aborted) return;
    const opened = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => {
      opened.resolve();
      this.#told.resolve();
    }, { once: true });
    this.#keepAttached(opened.resolve).catch((error) => {
      this.#failure = { error };
      opened.reject(error);
      this.#wake();
    });
    await opened.promise;
  }

  take(most: number): readonly Delivery[] {
    const attachment = this.#attachment;
    const taken = attachment?.take(most) ?? [];
    if (taken.length === 0) {
      if (this.#failure !== undefined) throw this.#failure.error;
      return taken;
    }
    this.#taken += taken.length;
    attachment!.consumption.taken(taken, attachment!);
    return taken;
  }

  async isEmpty(): Promise<boolean> {
    const attachment = this.#attachment;
    if (!attachment?.isAlive) return false;
    // Whoever is told to stop does not wait for the answer any more.
    const isEmpty = await Promise.race([
      attachment.beforeDeliveries(
        orNothing(attachment.consumption.isEmpty(attachment)),
      ),
      this.#told.promise,
    ]);
    return isEmpty === true && attachment.waiting === 0;
  }

  async isQuiet(): Promise<boolean> {
    const attachment = this.#attachment;
    if (!attachment?.isAlive) return false;
    // The answer comes after every delivery that was sent before it. Without
    // one, the heartbeat will tell, and the attachment be lost; where there
    // are no heartbeats, silence must do.
    const answered = attachment.beforeDeliveries(
      orNothing(this.#listen(attachment)),
    ).then((isThere) => isThere === true);
    const isSureToEnd = this.#options.address.heartbeat > 0;
    const quiet = isSureToEnd
      ? await answered
      : await within(this.#options.clock, CLOSE_TIMEOUT, answered) ?? true;
    return quiet && attachment.waiting === 0;
  }

  async extent(): Promise<Extent | undefined> {
    const attachment = this.#attachment;
    if (!attachment?.isAlive) return undefined;
    const remaining = await orNothing(
      attachment.consumption.remaining(attachment),
    );
    if (remaining === undefined) return undefined;
    const done = this.#taken;
    return { unit: "messages", done, total: done + remaining };
  }

  get losses(): number {
    return this.#losses;
  }

  get left(): number | undefined {
    return this.#left;
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#gracefulClose.wait("cancel", this.#attachment?.cancel());
  }

  async close(): Promise<LeftBehind | undefined> {
    this.#over.abort();
    const attachment = this.#attachment;
    if (!attachment?.isAlive) return undefined;
    const left = await this.#gracefulClose.wait(
      "look at the queue",
      attachment.consumption.findLeftBehind(attachment),
    );
    await this.#gracefulClose.wait(
      "close the channel",
      attachment.closeChannel(),
    );
    this.#left = await this.#gracefulClose.wait(
      "count what is left",
      attachment.consumption.countLeft(attachment.connection),
    );
    await this.#gracefulClose.wait(
      "close the connection",
      attachment.closeConnection(),
    );
    return left;
  }

  /** Asks the queue for a sign of life; without one, the attachment is lost. */
  async #listen(attachment: AmqpAttachment): Promise<boolean> {
    const state = await attachment.look();
    if (attachment.consumption.hasAnswered(state)) return true;
    const { queue } = this.#options;
    attachment.lose(
      new Error(`queue "${queue}" does not answer: its leader may be down`),
    );
    return false;
  }

  /** Attaches, and attaches again after every loss, until that is over. */
  async #keepAttached(opened: () => void): Promise<void> {
    const { clock, connectTimeout, reconnectTimeout } = this.#options;
    const { signal } = this.#over;
    let attempts = this.#attempts(connectTimeout, "--connect-timeout");
    for (let isFirst = true;; isFirst = false) {
      const attachment = await attempts.succeed(
        (timeLeft) => this.#attach(timeLeft),
        (late) => late.drop(),
        signal,
      );
      if (attachment === undefined) return;
      this.#attachment = attachment;
      const attachedAt = clock.monotonic();
      log.info("listening to queue {queue} at {url}", {
        queue: this.#options.queue,
        url: this.#options.address.masked,
      });
      opened();
      this.#wake();

      const cause = await attachment.lost;
      if (signal.aborted) {
        return this.#gracefulClose.end("the connection was lost");
      }
      this.#losses++;
      log.warn("lost the broker ({error}), connecting again", {
        error: messageOf(cause),
      });
      const wasOfUse = attachment.hasSettled ||
        clock.monotonic() - attachedAt >= PROBATION;
      // Otherwise the time goes on: it may be this queue that ends them all.
      if (isFirst || wasOfUse) {
        attempts = this.#attempts(reconnectTimeout, "--reconnect-timeout");
      }
      await attempts.pause(cause, signal);
    }
  }

  #attempts(timeLimit: number, option: string): Attempts {
    const { address, clock } = this.#options;
    return new Attempts({ address, timeLimit, option, clock });
  }

  async #attach(timeLeft: number): Promise<AmqpAttachment> {
    const { address, tls, queue, prefetch, prepare } = this.#options;
    const connect = this.#options.connect ?? openConnection;
    return await AmqpAttachment.open(
      await connect(address, tls, timeLeft),
      {
        queue,
        prefetch,
        prepare,
        consumptionOf: (type) => this.#consumptionOf(type),
        changed: () => this.#wake(),
      },
    );
  }

  async #consumptionOf(
    type: QueueType | undefined,
  ): Promise<Consumption> {
    if (type !== "stream") {
      refuseFrom(this.#options, type);
      return new QueueConsumption(this.#options, type === "quorum");
    }
    // Loaded only when it is used.
    const { StreamConsumption } = await import(
      "../stream/stream_consumption.ts"
    );
    return this.#stream ??= new StreamConsumption(
      this.#options,
      this.#position,
    );
  }
}

/** What a broker answers; nothing if the attachment is lost before. */
async function orNothing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    log.debug("cannot look at the queue: {error}", {
      error: messageOf(error),
    });
    return undefined;
  }
}
