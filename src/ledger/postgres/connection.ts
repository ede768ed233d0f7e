import { getLogger } from "@logtape/logtape";
import type { PostgresAddress } from "./postgres_address.ts";
import {
  isPassing,
  lastingFailure,
  unreachable,
  wordsOf,
} from "./postgres_failure.ts";
import { Session, type TlsOptions } from "./session.ts";

const log = getLogger(["eventcounter", "ledger"]);

/** Between two attempts, in ms; each time twice as long. */
const FIRST_DELAY = 50;
const LONGEST_DELAY = 2_000;

/** How a {@linkcode Connection} is made, and made again. */
export interface ConnectionSettings {
  readonly address: PostgresAddress;
  readonly tls?: TlsOptions | undefined;
  /** How long to try for the first connection, in ms. */
  readonly connectTimeout: number;
  /** How long to try to connect again after a loss, in ms. */
  readonly reconnectTimeout: number;
  /** Whether no option sets these times, so that errors name none. */
  readonly areFixed?: boolean;
}

/** A way to a PostgreSQL that outlives its sessions. */
export class Connection {
  readonly #settings: ConnectionSettings;
  #session: Session | undefined;
  #run: string | undefined;
  /** Settles when nothing goes on any more. */
  #idle: Promise<unknown> = Promise.resolve();
  #hasWorked = false;
  /** Since when nothing has worked, and how long to wait for the next time. */
  #trouble: { readonly since: number; delay: number } | undefined;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  /**
   * The session, which is made anew if it is gone.
   *
   * @throws {EventCounterError} See {@linkcode Connection.endure}.
   */
  async session(): Promise<Session> {
    const { address, tls } = this.#settings;
    while (!this.#session?.isOpen) {
      await this.drop();
      try {
        this.#session = await Session.open(address, tls);
        if (this.#run !== undefined) await this.#session.workFor(this.#run);
      } catch (error) {
        await this.endure(error);
      }
    }
    return this.#session;
  }

  /** Has others see that it works for a run, as long as there is a session. */
  async workFor(run: string): Promise<void> {
    this.#run = run;
    await this.run((session) => session.workFor(run));
  }

  /**
   * Does something that may be done twice, until it succeeds or fails for good;
   * one thing at a time.
   *
   * @throws {EventCounterError} If it fails for good, or there is no connection
   * to be had in time.
   */
  run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const done = this.#idle.then(() => this.#try(work));
    this.#idle = done.catch(
      () => {/* Whoever has asked for it hears of it. */},
    );
    return done;
  }

  /**
   * Ends the session after a failure, and waits a little: what has failed may
   * be tried again then.
   *
   * @throws {EventCounterError} If nothing has worked for too long, or trying
   * again is pointless.
   */
  async endure(error: unknown): Promise<void> {
    await this.drop();
    const { address } = this.#settings;
    if (!isPassing(error)) throw lastingFailure(error, address);
    if (this.#trouble === undefined) {
      log.warn("the ledger is tried again: {error}", {
        error: wordsOf(error),
      });
    }
    this.#trouble ??= { since: performance.now(), delay: FIRST_DELAY };
    const [limit, option] = this.#hasWorked
      ? [this.#settings.reconnectTimeout, "--reconnect-timeout"] as const
      : [this.#settings.connectTimeout, "--connect-timeout"] as const;
    const left = this.#trouble.since + limit - performance.now();
    if (left <= 0) {
      const { areFixed = false } = this.#settings;
      throw unreachable(error, address, limit, areFixed ? undefined : option);
    }
    // At random, so that workers that lost it together come one by one.
    const pause = this.#trouble.delay * (0.5 + Math.random() / 2);
    this.#trouble.delay = Math.min(2 * this.#trouble.delay, LONGEST_DELAY);
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, pause)));
  }

  /** All is well: the next trouble is a new one. */
  relax(): void {
    this.#hasWorked = true;
    this.#trouble = undefined;
  }

  /** Waits for what goes on, and ends the session. */
  async close(): Promise<void> {
    await this.#idle;
    await this.drop();
  }

  /** Ends the session, and with it a transaction that is open. */
  async drop(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  async #try<T>(work: (session: Session) => Promise<T>): Promise<T> {
    for (;;) {
      const session = await this.session();
      try {
        const result = await work(session);
        this.relax();
        return result;
      } catch (error) {
        await this.endure(error);
      }
    }
  }
}
