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

/** Between two attempts to connect, in ms; each time twice as long. */
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
}

/** A way to a PostgreSQL that outlives its sessions. */
export class Connection {
  readonly #settings: ConnectionSettings;
  #session: Session | undefined;
  #wasOpen = false;
  /** Settles when nothing goes on any more. */
  #idle: Promise<unknown> = Promise.resolve();

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  /** The session, which is made anew if it is gone. */
  async session(): Promise<Session> {
    if (this.#session?.isOpen) return this.#session;
    await this.drop();
    this.#session = await this.#connect();
    return this.#session;
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

  /** The error to report where trying again is pointless. */
  failure(error: unknown): Error {
    return lastingFailure(error, this.#settings.address);
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
        return await work(session);
      } catch (error) {
        await this.drop();
        if (!isPassing(error)) throw this.failure(error);
        log.warn("the ledger is asked again: {error}", {
          error: wordsOf(error),
        });
      }
    }
  }

  async #connect(): Promise<Session> {
    const { address, tls } = this.#settings;
    const [limit, option] = this.#wasOpen
      ? [this.#settings.reconnectTimeout, "--reconnect-timeout"] as const
      : [this.#settings.connectTimeout, "--connect-timeout"] as const;
    const deadline = performance.now() + limit;
    for (let delay = FIRST_DELAY;; delay = Math.min(2 * delay, LONGEST_DELAY)) {
      try {
        const session = await Session.open(address, tls);
        this.#wasOpen = true;
        return session;
      } catch (error) {
        if (!isPassing(error)) throw this.failure(error);
        const left = deadline - performance.now();
        if (left <= 0) throw unreachable(error, address, limit, option);
        log.debug("no connection to the ledger yet: {error}", {
          error: wordsOf(error),
        });
        // At random, so that workers that lost it together come one by one.
        const pause = Math.min(left, delay * (0.5 + Math.random() / 2));
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }
}
