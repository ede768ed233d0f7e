import type { Delivery, Settlement } from "../../src/model/delivery.ts";
import type { LeftBehind, Source } from "../../src/source/source.ts";
import { again, type Message } from "./messages.ts";

/** One acknowledgement that somebody tried to send. */
export interface Ack {
  /** Which attachment it was for; they are numbered from 1. */
  readonly channel: number;
  readonly upTo: number;
  /** Whether that attachment was still alive. */
  readonly sent: boolean;
}

/** Settings of a {@linkcode ScriptedSource}. */
export interface Script {
  /** Takes a line for each call, in order; share it to compare orders. */
  readonly journal?: string[];
  /** Whether opening attaches it. Default: yes. */
  readonly attachOnOpen?: boolean;
  /** What closing reports as left behind. Default: nothing. */
  readonly left?: LeftBehind;
}

/**
 * A source under the test's hand: it plays the queue and the broker's side of
 * its channels. Each attachment is a channel with tags of its own; detaching
 * kills the channel, and its acks go nowhere from then on.
 */
export class ScriptedSource implements Source {
  readonly journal: string[];
  readonly acks: Ack[] = [];
  /** Deliveries that have been taken, over all channels. */
  taken = 0;
  readonly #script: Script;
  #wake: () => void = () => {};
  #channel: ScriptedChannel | undefined;
  #channels = 0;
  #firstAttached = Promise.withResolvers<void>();
  /** What waits in the queue for a channel. */
  #queue: Message[] = [];
  #waiting: Delivery[] = [];
  #failure: { readonly error: unknown } | undefined;
  #finished = false;
  #stopped = false;

  constructor(script: Script = {}) {
    this.#script = script;
    this.journal = script.journal ?? [];
  }

  /** Puts messages in the queue; they are delivered while it is attached. */
  push(...messages: readonly Message[]): void {
    this.#queue.push(...messages);
    this.#deliver();
    this.#wake();
  }

  /** Opens a new channel, which delivers what is in the queue. */
  attach(): void {
    const number = ++this.#channels;
    const channel: ScriptedChannel = new ScriptedChannel({
      ackUpTo: (tag) => this.#ack(channel, number, tag),
      confirm: () => Promise.resolve(channel === this.#channel),
    });
    this.#channel = channel;
    this.#firstAttached.resolve();
    this.#deliver();
    this.#wake();
  }

  /**
   * Kills the channel. As with a broker, what was not acked goes back to the
   * head of the queue, to be delivered again when a channel is there.
   */
  detach(): void {
    this.#queue.unshift(...this.unacked);
    this.#channel = undefined;
    this.#waiting = [];
    this.#wake();
  }

  /** What the channel has delivered and nobody has acked. */
  get unacked(): Message[] {
    return again((this.#channel?.unacked ?? []).map(({ message }) => message));
  }

  /** From now on there is nothing but this error, once all has been taken. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  /** Nothing will come any more. */
  end(): void {
    this.#finished = true;
    this.#wake();
  }

  get attached(): boolean {
    return this.#channel !== undefined;
  }

  get ended(): boolean {
    return this.#finished && this.#waiting.length === 0;
  }

  async open(wake: () => void, signal: AbortSignal): Promise<void> {
    this.journal.push("open");
    this.#wake = wake;
    if (signal.aborted) return;
    signal.addEventListener("abort", () => this.#firstAttached.resolve());
    if (this.#script.attachOnOpen !== false) this.attach();
    await this.#firstAttached.promise;
  }

  take(most: number): readonly Delivery[] {
    if (this.#waiting.length === 0 && this.#failure !== undefined) {
      throw this.#failure.error;
    }
    const taken = this.#waiting.splice(0, most);
    if (taken.length > 0) this.journal.push(`take ${taken.length}`);
    this.taken += taken.length;
    return taken;
  }

  isQuiet(): Promise<boolean> {
    return Promise.resolve(this.attached && this.#waiting.length === 0);
  }

  isEmpty(): Promise<boolean> {
    return Promise.resolve(this.attached && this.#waiting.length === 0);
  }

  stop(): Promise<void> {
    this.journal.push("stop");
    this.#stopped = true;
    this.#waiting = [];
    return Promise.resolve();
  }

  close(): Promise<LeftBehind | undefined> {
    this.journal.push("close");
    this.#stopped = true;
    this.detach();
    return Promise.resolve(this.#script.left);
  }

  /** Everything nobody has acked, in order: what the next run would get. */
  get leftInQueue(): Message[] {
    return [...this.unacked, ...this.#queue];
  }

  #deliver(): void {
    const channel = this.#channel;
    if (channel === undefined || this.#stopped) return;
    const { settlement } = channel;
    for (const message of this.#queue.splice(0)) {
      const tag = channel.deliver(message);
      this.#waiting.push({ redelivered: false, ...message, settlement, tag });
    }
  }

  #ack(channel: ScriptedChannel, number: number, upTo: number): boolean {
    const sent = channel === this.#channel;
    this.acks.push({ channel: number, upTo, sent });
    this.journal.push(`ack ${number} up to ${upTo}${sent ? "" : " (dead)"}`);
    if (sent) channel.ack(upTo);
    return sent;
  }
}

/** What one channel has delivered, and what of it is acked. */
class ScriptedChannel {
  #lastTag = 0;
  unacked: { readonly tag: number; readonly message: Message }[] = [];

  constructor(readonly settlement: Settlement) {}

  /** @returns The delivery's tag. */
  deliver(message: Message): number {
    this.unacked.push({ tag: ++this.#lastTag, message });
    return this.#lastTag;
  }

  /** @throws If a broker would close the channel over this ack (406). */
  ack(upTo: number): void {
    if (this.unacked.every(({ tag }) => tag !== upTo)) {
      throw new Error(`PRECONDITION_FAILED - unknown delivery tag ${upTo}`);
    }
    this.unacked = this.unacked.filter(({ tag }) => tag > upTo);
  }
}
