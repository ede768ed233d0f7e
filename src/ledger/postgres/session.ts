// @ts-types="@types/pg"
import pg from "pg";
import type { Buffer } from "node:buffer";
import { EventCounterError, EXIT } from "../../model/errors.ts";
import { readerFor, type Value } from "./values.ts";
import type { PostgresAddress } from "./postgres_address.ts";

/** Certificates and keys for a connection with TLS, as PEM texts. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What a statement may be given. */
export type Parameter = Buffer | string | number | null;

/** A statement that is sent more than once and prepared the first time. */
export interface Statement {
  /** Unlike any other's. */
  readonly name: string;
  readonly text: string;
}

/** What a statement has answered. */
export interface Answer {
  readonly rows: readonly (readonly Value[])[];
  /** What was done: `COMMIT`, say, or `ROLLBACK` in its place. */
  readonly command: string;
}

/** What a session is called; that of a run has its id behind it. */
const NAME = "eventcounter";

/**
 * Ids of runs whose workers are connected, as a query. Everybody is told of
 * sessions and their names.
 */
export const RUNS_AT_WORK =
  `SELECT substr(application_name, ${NAME.length + 2}) FROM ` +
  "pg_stat_activity WHERE datname = current_database() AND " +
  `application_name LIKE '${NAME} %'`;

/** How long to wait for a connection, in ms. */
const CONNECT_LIMIT = 10_000;

/**
 * After so long without an answer the connection is given up, in ms: the
 * server must be gone without a sign, for its own limit is shorter.
 */
const ANSWER_LIMIT = 120_000;

/** From so much silence on, the systems ask for a sign of life, in ms. */
const KEEPALIVE_DELAY = 10_000;

/**
 * A claim that is open holds up whoever claims the same ids, so a worker that
 * is gone must be noticed: at once if its machine closes the connection, within
 * half a minute if its machine is gone, and within a minute if it only hangs.
 * The limit of a statement is longer, since it may have to wait for that.
 *
 * What is visible to others must be durable, too, whatever the server's default
 * is. A check for duplicates needs one hash table for the ids of a batch.
 */
const SETTINGS = `
  SET statement_timeout = '90s';
  SET idle_in_transaction_session_timeout = '60s';
  SET tcp_keepalives_idle = 10;
  SET tcp_keepalives_interval = 5;
  SET tcp_keepalives_count = 3;
  SET default_transaction_isolation = 'read committed';
  SET bytea_output = 'hex';
  SET client_min_messages = 'warning';
  SET work_mem = '32MB';
  SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off'`;

/**
 * One session with a PostgreSQL. What is asked before an earlier answer has
 * come travels behind it without waiting; answers come in order.
 */
export class Session {
  readonly #client: pg.Client;
  #open = true;

  private constructor(client: pg.Client) {
    this.#client = client;
    // Whoever waits for an answer hears of it as well.
    client.on("error", () => this.#open = false);
    client.on("end", () => this.#open = false);
  }

  /**
   * Connects, logs in and makes the settings.
   *
   * @throws {EventCounterError} 77 if a password is wanted and none is given;
   * else whatever the system or the server reports.
   */
  static async open(
    address: PostgresAddress,
    tls: TlsOptions | undefined,
  ): Promise<Session> {
    const { hostname, port, username, database, schema } = address;
    const configuration = {
      host: hostname,
      port,
      user: username,
      password: () => passwordOf(address),
      database,
      ssl: address.tls === undefined ? false : { ...tls },
      // What is given here is not looked for in the environment.
      sslnegotiation: "postgres" as const,
      client_encoding: "UTF8",
      application_name: NAME,
      pipeline: true,
      types: { getTypeParser: readerFor },
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEPALIVE_DELAY,
      connectionTimeoutMillis: CONNECT_LIMIT,
      query_timeout: ANSWER_LIMIT,
    };
    const session = new Session(new pg.Client(configuration));
    try {
      await session.#client.connect();
      await session.execute(`${SETTINGS}; SET search_path = "${schema}"`);
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  /** Whether it can still be asked. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Sends a statement. */
  async ask(
    statement: Statement | string,
    ...parameters: Parameter[]
  ): Promise<Answer> {
    const question = {
      ...typeof statement === "string" ? { text: statement } : statement,
      values: parameters,
      rowMode: "array" as const,
    };
    const { rows, command } = await this.#client
      .query<Value[], Parameter[]>(question);
    return { rows, command };
  }

  /** Sends statements that have no parameters and whose rows nobody reads. */
  async execute(statements: string): Promise<void> {
    await this.#client.query(statements);
  }

  /** Has others see which run it works for. @param run A UUID. */
  async workFor(run: string): Promise<void> {
    await this.execute(`SET application_name = '${NAME} ${run}'`);
  }

  /** Ends it, and with it a transaction that is open. Safe to repeat. */
  async close(): Promise<void> {
    this.#open = false;
    await this.#client.end();
  }
}

function passwordOf({ password, masked, username }: PostgresAddress): string {
  if (password !== undefined) return password;
  throw new EventCounterError(
    EXIT.loginRefused,
    `Cannot use ledger "${masked}": it wants a password of user "${username}"; ` +
      "give one in the URL, in PGPASSWORD, or in the file that PGPASSFILE names",
  );
}
