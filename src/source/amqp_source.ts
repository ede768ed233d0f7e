import { setImmediate } from "node:timers";
import { getLogger } from "@logtape/logtape";
import type { ChannelModel, RecoveringChannelModel } from "amqplib";
import type { Delivery } from "../model/delivery.ts";
import { type EventCounterError, messageOf } from "../model/errors.ts";
import { connectionOptions } from "../topology/connection_options.ts";
import { FailureJudge, unreachable } from "../topology/amqp_failure.ts";
import { AmqpAttachment } from "./amqp_attachment.ts";
import type { AmqpSourceOptions } from "./amqp_source_options.ts";
import { Farewell, FAREWELL_TIMEOUT } from "./farewell.ts";
import type { Source } from "./source.ts";

/** Between attempts: 0.1 s at first, doubled up to this, in ms. */
const LONGEST_RETRY_DELAY = 2_000;

/** How long one attempt may take, in ms. */
const ATTEMPT_TIMEOUT = 10_000;

const log = getLogger(["eventcounter", "source"]);

/**
 * Deliveries of a RabbitMQ queue. Connecting again is amqplib's part; channel
 * and consumer are made anew on every connection.
 */
export class AmqpSource implements Source {
  readonly #options: AmqpSourceOptions;
  readonly #judge: FailureJudge;
  #wake: () => void = () => {};
  #connection: RecoveringChannelModel | undefined;
  /** The connection there is, or that is being prepared. */
  #model: ChannelModel | undefined;
  /** Set exactly while it listens. */
  #attachment: AmqpAttachment | undefined;
  #waiting: Delivery[] = [];
  /** Deliveries of the current consumer, where all are held. */
  #inWindow = 0;
  #stopped = false;
  readonly #farewell: Farewell;
  /** Fulfilled when the run is told to stop. */
  readonly #told = Promise.withResolvers<void>();
  #failure: EventCounterError | undefined;
  #cancelDeadline: () => void = () => {};
  #lastError: unknown = new Error("no attempt has been answered");

  /** Connects only when it is opened. */
  constructor(options: AmqpSourceOptions) {
    this.#options = options;
    this.#judge = new FailureJudge(options.address);
    this.#farewell = new Farewell(options.clock);
  }

  get attached(): boolean {
    return this.#attachment !== undefined;
  }

  /** A queue has no end. */
  readonly ended = false;

  async open(wake: () => void, signal: AbortSignal): Promise<void> {
    // Loaded here, since it takes longer to load than the rest of the program.
    const { connect } = await import("amqplib");
    const { address, tls, connectTimeout } = this.#options;
    const opened = Promise.withResolvers<void>();
    this.#wake = () => {
      if (this.#failure !== undefined) opened.reject(this.#failure);
      wake();
    };
    if (signal.aborted) return;
    this.#failAfter(connectTimeout, "--connect-timeout");
    signal.addEventListener("abort", () => {
      opened.resolve();
      this.#told.resolve();
    }, { once: true });

    const connection = await connect({ ...address }, {
      ...connectionOptions(address, tls, ATTEMPT_TIMEOUT),
      recovery: {
        // The listeners below must be there before the first attempt.
        waitForConnect: false,
        maxDelay: LONGEST_RETRY_DELAY,
        setup: (model: ChannelModel) => this.#attach(model),
      },
    });
    this.#connection = connection;
    connection.on("connect", () => {
      this.#cancelDeadline();
      log.info("listening to queue {queue} at {url}", {
        queue: this.#options.queue,
        url: address.masked,
      });
      opened.resolve();
      this.#wake();
    });
    connection.on("connect-failed", (error) => this.#attemptFailed(error));
    connection.on("disconnect", (error) => this.#disconnected(error));
    // Every error is followed by one of the events above, which tells it.
    connection.on("error", () => {});
    await opened.promise;
  }

  take(most: number): readonly Delivery[] {
    const waiting = this.#waiting;
    if (waiting.length > most) return waiting.splice(0, most);
    if (waiting.length === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      return waiting;
    }
    this.#waiting = [];
    if (this.#options.holdAll && this.#inWindow >= this.#options.prefetch) {
      this.#renew();
    }
    return waiting;
  }

  async isEmpty(): Promise<boolean> {
    const attachment = this.#attachment;
    if (attachment === undefined) return false;
    try {
      // Whoever is told to stop does not wait for the answer any more.
      const ready = await Promise.race([
        attachment.ready(),
        this.#told.promise,
      ]);
      return ready === 0 && this.#waiting.length === 0;
    } catch (error) {
      log.debug("cannot look at the queue: {error}", {
        error: messageOf(error),
      });
      return false;
    }
  }

  async isQuiet(): Promise<boolean> {
    const attachment = this.#attachment;
    if (attachment === undefined) return false;
    // The answer comes after every delivery that was sent before it. Without
    // one, the heartbeat will tell, and the attachment be lost; where there
    // are no heartbeats, silence must do.
    const answered = attachment.ready().then(() => true, () => false);
    const isSureToEnd = this.#options.address.heartbeat > 0;
    const quiet = isSureToEnd
      ? await answered
      : await this.#within(FAREWELL_TIMEOUT, answered) ?? true;
    return quiet && this.#waiting.length === 0;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelDeadline();
    await this.#farewell.wait("cancel", this.#attachment?.cancel());
    this.#waiting = [];
  }

  async close(): Promise<number> {
    this.#stopped = true;
    this.#cancelDeadline();
    const attachment = this.#attachment;
    const left = this.#options.holdAll && attachment !== undefined
      ? await this.#farewell.wait("look at the queue", attachment.ready()) ?? 0
      : 0;
    await this.#farewell.wait("close the channel", attachment?.close());
    await this.#farewell.wait(
      "close the connection",
      this.#connection?.close(),
    );
    this.#attachment = undefined;
    return left;
  }

  /** Runs on every new connection. */
  async #attach(model: ChannelModel): Promise<void> {
    // Until this has settled, amqplib does not listen for errors itself.
    model.on("error", () => {});
    this.#model = model;
    const { queue, prefetch, prepare } = this.#options;
    const attachment = await AmqpAttachment.open(
      model,
      queue,
      prefetch,
      prepare,
      {
        delivered: (delivery) => {
          this.#waiting.push(delivery);
          this.#inWindow++;
          if (this.#waiting.length === 1) this.#wake();
        },
        lost: (error) => this.#lost(error, model),
      },
    );
    this.#attachment = attachment;
  }

  /** Nothing more comes from, and no ack goes to, the attachment there was. */
  #lost(error: Error, model: ChannelModel): void {
    this.#lastError = error;
    this.#attachment = undefined;
    // The broker has these back already and will deliver them again.
    this.#waiting = [];
    this.#inWindow = 0;
    if (this.#stopped) return;
    // Where the connection is gone too, amqplib says so before the next turn
    // of the event loop. Where only the channel is, closing the rest makes it
    // connect again.
    setImmediate(() => {
      if (this.#model === model) model.close().catch(() => {});
    });
    this.#wake();
  }

  #disconnected(error: Error): void {
    this.#attachment = undefined;
    this.#model = undefined;
    if (this.#stopped) {
      // A new connection would only take deliveries to give them back.
      this.#connection?.close().catch(() => {});
      this.#farewell.end("the connection was lost");
      return;
    }
    // After a lost channel the connection was closed by this end, and amqplib
    // has nothing more to tell than that.
    if (error.message !== "Connection closed") this.#lastError = error;
    log.warn("lost the broker ({error}), connecting again", {
      error: messageOf(this.#lastError),
    });
    this.#failAfter(this.#options.reconnectTimeout, "--reconnect-timeout");
    this.#wake();
  }

  #attemptFailed(error: Error): void {
    this.#attachment = undefined;
    this.#lastError = error;
    log.debug("cannot connect: {error}", { error: messageOf(error) });
    const lasting = this.#judge.lasting(error);
    if (lasting !== undefined) this.#fail(lasting);
  }

  #failAfter(milliseconds: number, option: string): void {
    this.#cancelDeadline = this.#options.clock.after(
      milliseconds,
      () =>
        this.#fail(
          unreachable(
            this.#lastError,
            this.#options.address,
            milliseconds,
            option,
          ),
        ),
    );
  }

  #fail(error: EventCounterError): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#failure = error;
    this.#cancelDeadline();
    this.#connection?.close();
    this.#wake();
  }

  #renew(): void {
    this.#inWindow = 0;
    this.#attachment?.renew().catch((error) => {
      // Losing the channel is noticed by the attachment itself.
      log.debug("cannot start the next consumer: {error}", {
        error: messageOf(error),
      });
    });
  }

  /** What a promise gives, or nothing if it takes longer. */
  async #within<T>(
    milliseconds: number,
    promise: Promise<T>,
  ): Promise<T | undefined> {
    const late = Promise.withResolvers<undefined>();
    const cancel = this.#options.clock.after(
      milliseconds,
      () => late.resolve(undefined),
    );
    try {
      return await Promise.race([promise, late.promise]);
    } finally {
      cancel();
    }
  }
}
