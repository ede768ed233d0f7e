// @ts-types="@types/pg"
import pg from "pg";
import { EventEmitter } from "node:events";
import type { Buffer } from "node:buffer";
import { readCounts } from "../../src/ledger/counts.ts";
import { parsePostgresAddress } from "../../src/ledger/postgres/postgres_address.ts";
import { PostgresLedger } from "../../src/ledger/postgres/postgres_ledger.ts";
import { SCHEMA_VERSION } from "../../src/ledger/postgres/schema.ts";
import { Wire } from "./amqp.ts";
import type { Witness } from "./witness.ts";
import type { World } from "./world.ts";

/** The program that connects. */
interface ClientUser {
  readonly isKilled: boolean;
  readonly clients: Set<ModelClient>;
  busyUntil: number;
}

/** What becomes visible when it is committed, and what it holds until then. */
class Transaction {
  readonly keys = new Set<string>();
  readonly effects: (() => void)[] = [];
  /** What goes on when it has ended. */
  readonly waiting: (() => void)[] = [];
  waitsFor: Transaction | undefined;
  hasFailed = false;
}

/** A rejection in its table. */
interface Row {
  run: string;
  number: number;
  settled: boolean;
  readonly reason: string;
  readonly text: string;
  readonly fingerprint: Uint8Array;
}

type Parameters = readonly (Buffer | string | number | null)[];

/**
 * A model of PostgreSQL below the real ledger and in the place of the package
 * `pg`, as far as checkpoints go. A unique key that is inserted in an open
 * transaction has others wait for its end (manual, "Index Uniqueness Checks");
 * what is read is what is committed. Statements are known by their beginnings.
 */
export class Database implements Witness {
  readonly ids = new Map<string, number>();
  readonly counts = new Map<string, number>();
  readonly rejections: string[] = [];
  readonly rejected = new Set<string>();
  readonly doubts: string[] = [];
  readonly position = -1;
  /** Whether it can be reached. */
  isUp = true;
  readonly clients = new Set<ModelClient>();
  readonly #users = new Map<string, ClientUser>();
  readonly #rows: Row[] = [];
  /** Of unique keys and locks: who has inserted them. */
  readonly #keys = new Map<string, Transaction | "committed">();

  /** @param deadlocked Told that transactions wait for each other. */
  constructor(
    readonly world: World,
    readonly latency: number,
    readonly deadlocked: () => void,
  ) {}

  look(): void {}
  noteDoubts(): void {}
  close(): void {}

  /** Puts it in the place of `pg`. @returns What gives that back. */
  takeOver(): () => void {
    const { Client } = pg;
    const connect = ({ user }: { user: string }) =>
      new ModelClient(this, this.#users.get(user)!);
    Object.assign(pg, {
      Client: function (configuration: { user: string }) {
        return connect(configuration);
      },
    });
    return () => Object.assign(pg, { Client });
  }

  /** Opens the real ledger of a worker. */
  openLedger(user: ClientUser): Promise<PostgresLedger> {
    const name = `worker${this.#users.size}`;
    this.#users.set(name, user);
    return PostgresLedger.open({
      address: parsePostgresAddress(`postgres://${name}:-@model/ledger`),
      ...{ connectTimeout: 30_000, reconnectTimeout: 300_000 },
    });
  }

  /** It is away for a while; all that is not committed is gone. */
  goDown(): void {
    this.isUp = false;
    for (const client of [...this.clients]) {
      client.server.end();
      client.lose();
    }
  }

  /** Ends a transaction, and lets those go on that wait for it. */
  end(transaction: Transaction, isCommitted: boolean): void {
    for (const key of transaction.keys) {
      if (isCommitted && !key.startsWith("lock")) {
        this.#keys.set(key, "committed");
      } else this.#keys.delete(key);
    }
    if (isCommitted) transaction.effects.forEach((effect) => effect());
    transaction.waiting.splice(0).forEach((goOn) => goOn());
  }

  /** @returns Whether it was not there, or whom to wait for. */
  insert(transaction: Transaction, key: string): boolean | Transaction {
    const holder = this.#keys.get(key);
    if (holder === "committed" || holder === transaction) return false;
    if (holder !== undefined) return holder;
    this.#keys.set(key, transaction);
    transaction.keys.add(key);
    return true;
  }

  has(key: string): boolean {
    return this.#keys.get(key) === "committed";
  }

  /** What rows a statement gives that does not wait. */
  answer(by: Transaction, text: string, given: Parameters): unknown[][] {
    const [first, second, third] = given;
    if (text.startsWith("SELECT EXISTS")) return [[true]];
    if (text.startsWith("SELECT version")) return [[SCHEMA_VERSION]];
    if (text.startsWith("SELECT coalesce(max")) return [[this.#rows.length]];
    if (text.startsWith("SELECT fingerprint")) {
      return this.#rows.map((row) => [row.fingerprint, null, null, row.settled])
        .reverse();
    }
    if (text.startsWith("SELECT true FROM checkpoint")) {
      return this.has(`checkpoint ${first} ${second}`) ? [[true]] : [];
    }
    if (text.startsWith("INSERT INTO uncounted")) {
      by.effects.push(() => this.#count(String(first)));
    } else if (text.startsWith("INSERT INTO rejection")) {
      const [run, number, , reasons, keys, prints, , , bodies] = given;
      const columns = [reasons, keys, prints, bodies].map(unpack);
      columns[0]!.forEach((_, i) => {
        const [reason, key, fingerprint, body] = columns.map((one) => one[i]!);
        const text = `${JSON.parse(`${key}`)} ${body}`;
        const row: Row = {
          ...{ run: String(run), number: Number(number), settled: false },
          ...{ reason: `${reason}`, text, fingerprint: fingerprint! },
        };
        by.effects.push(() => this.#append(row));
      });
    } else if (text.startsWith("UPDATE rejection SET settled")) {
      const numbers = unpack(second).map((one) => Number(one.readBigInt64BE()));
      by.effects.push(() => {
        for (const row of this.#rows) {
          row.settled ||= row.run === first && numbers.includes(row.number);
        }
      });
    } else if (text.startsWith("UPDATE rejection SET run")) {
      const row = this.#rows.slice(Number(given[3])).find((row) =>
        !row.settled && row.run !== first && !this.#isAtWork(row.run) &&
        (third as Buffer).equals(row.fingerprint) &&
        this.insert(by, `lock ${this.#rows.indexOf(row)}`) === true
      );
      if (row === undefined) return [];
      by.effects.push(() => {
        Object.assign(row, { run: first, number: second });
      });
      return [[this.#rows.indexOf(row) + 1]];
    } else if (!UNSEEN.some((one) => text.startsWith(one))) {
      throw new Error(`the model does not know: ${text}`);
    }
    return [];
  }

  /** Whether the worker of a run is connected. */
  #isAtWork(run: string): boolean {
    return this.clients.values().some(({ name }) => name.endsWith(run));
  }

  #append(row: Row): void {
    this.#rows.push(row);
    this.rejections.push(`${row.reason} ${row.text}`);
    this.rejected.add(row.text);
  }

  #count(text: string): void {
    for (const [type, users] of readCounts(text)) {
      for (const [user, count] of users) {
        const name = `${type} ${user}`;
        this.counts.set(name, (this.counts.get(name) ?? 0) + count);
      }
    }
  }
}

/** Statements that show nowhere here; totals are not read, so not added up. */
const UNSEEN = [
  ...["DELETE FROM", "INSERT INTO run", "UPDATE run", "WITH RECURSIVE"],
  ...["SELECT stream"],
];

/** The elements of an array in PostgreSQL's binary format. */
function unpack(parameter: Parameters[number] | undefined): Buffer[] {
  const array = parameter as Buffer;
  const elements: Buffer[] = [];
  for (let at = 20; at < array.length;) {
    const length = Math.max(0, array.readInt32BE(at));
    elements.push(array.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return elements;
}

/** A statement that has arrived, with what it has inserted so far. */
interface Request {
  readonly text: string;
  readonly given: Parameters;
  readonly reply: (answer: unknown) => void;
  at: number;
  rested: number;
  readonly repeated: number[];
}

/** The server's end of a connection: one statement after another. */
class Backend {
  readonly #database: Database;
  readonly #requests: Request[] = [];
  #transaction: Transaction | undefined;
  #isOpen = true;
  #isWaiting = false;

  constructor(database: Database) {
    this.#database = database;
  }

  receive(
    text: string,
    given: Parameters,
    reply: (answer: unknown) => void,
  ): void {
    if (!this.#isOpen) return;
    this.#requests.push({ text, given, reply, at: 0, rested: 0, repeated: [] });
    if (!this.#isWaiting) this.#work();
  }

  /** It is lost, or closed: nothing of an open transaction stays. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#transaction !== undefined) {
      this.#database.end(this.#transaction, false);
    }
  }

  #work(): void {
    this.#isWaiting = false;
    for (let next = this.#requests[0]; next !== undefined && this.#isOpen;) {
      const { world, deadlocked } = this.#database;
      const own = this.#transaction ?? new Transaction();
      const answer = this.#run(next, own);
      if (typeof answer === "number") {
        this.#isWaiting = true;
        return void world.after(answer, () => this.#work());
      }
      own.waitsFor = answer instanceof Transaction ? answer : undefined;
      if (own.waitsFor !== undefined) {
        world.tell("waits for another's transaction");
        for (let at = own.waitsFor; at.waitsFor; at = at.waitsFor) {
          if (at.waitsFor === own) return deadlocked();
        }
        own.waitsFor.waiting.push(() => this.#work());
        this.#isWaiting = true;
        return;
      }
      this.#requests.shift();
      next.reply(answer);
      next = this.#requests[0];
    }
  }

  /** @returns The answer, or whom to wait for, or for how long. */
  #run(request: Request, own: Transaction): unknown {
    const { world } = this.#database;
    const { text } = request;
    const [word] = text.split(" ", 1);
    if (word === "BEGIN") this.#transaction = new Transaction();
    else if (word === "COMMIT" || word === "ROLLBACK") {
      // It waits for the disk, and may outlast its connection.
      if (word === "COMMIT" && request.at++ === 0) {
        world.step("commit");
        return this.#while(20);
      }
      const isCommitted = word === "COMMIT" && !own.hasFailed;
      this.#transaction = undefined;
      this.#database.end(own, isCommitted);
      if (isCommitted) world.tell("commit");
      if (isCommitted) world.step("committed");
      return { rows: [], command: isCommitted ? "COMMIT" : "ROLLBACK" };
    } else {
      if (own.hasFailed) return failure("25P02");
      const rows = this.#rows(request, own);
      if (rows instanceof Transaction || typeof rows === "number") return rows;
      if (rows instanceof Error) own.hasFailed = true;
      if (this.#transaction === undefined) this.#database.end(own, true);
      return rows instanceof Error ? rows : { rows, command: word };
    }
    return { rows: [], command: word };
  }

  #rows(request: Request, own: Transaction): unknown {
    const { text, given } = request;
    if (text.startsWith("INSERT INTO checkpoint")) {
      const key = `checkpoint ${given[0]} ${given[1]}`;
      const isNew = this.#database.insert(own, key);
      return isNew === false ? failure("23505") : isNew === true ? [] : isNew;
    }
    if (/^SELECT pg_(try_)?advisory/.test(text)) {
      const holder = this.#database.insert(own, `lock ${text}`);
      return holder instanceof Transaction ? holder : [[true]];
    }
    if (text.startsWith("WITH fresh")) return this.#claim(request, own);
    return this.#database.answer(own, text, given);
  }

  /** Something takes its time. */
  #while(latencies: number): number {
    const { world: { random }, latency } = this.#database;
    return random.below(latencies * latency + 1);
  }

  #claim(request: Request, own: Transaction): unknown {
    const { text, given, repeated } = request;
    const ids = unpack(given[0]).map((id) =>
      text.includes("seen_uuid")
        ? id.toString("hex").replace(
          /(.{8})(.{4})(.{4})(.{4})(.{12})/,
          "$1-$2-$3-$4-$5",
        )
        : `${id}`
    );
    for (; request.at < ids.length; request.at++) {
      const id = ids[request.at]!;
      if (request.rested < request.at) {
        request.rested = request.at;
        return this.#while(1);
      }
      const isNew = this.#database.insert(own, `id ${id}`);
      if (isNew instanceof Transaction) return isNew;
      if (isNew) own.effects.push(() => this.#database.ids.set(id, 1));
      else repeated.push(request.at + 1);
    }
    return [[repeated.length > 0 ? repeated : null]];
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code, severity: "ERROR" });
}

/** As much of `pg.Client` as the program uses. */
export class ModelClient extends EventEmitter {
  readonly server: Backend;
  readonly up: Wire;
  readonly down: Wire;
  readonly #database: Database;
  readonly #user: ClientUser;
  readonly #asked = new Set<(error: Error) => void>();
  /** What others see it called. */
  name = "";
  #isOpen = false;

  constructor(database: Database, user: ClientUser) {
    super();
    const { world, latency } = database;
    this.#database = database;
    this.#user = user;
    this.server = new Backend(database);
    this.up = new Wire(world, latency);
    this.down = new Wire(world, latency);
  }

  connect(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#database.world.after(1, () => {
      if (this.#user.isKilled) return;
      if (!this.#database.isUp) {
        return reject(
          Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
        );
      }
      this.#isOpen = true;
      this.#database.clients.add(this);
      this.#user.clients.add(this);
      resolve();
    });
    return promise;
  }

  query(
    question: string | { text: string; values: Parameters },
  ): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    // Other settings change nothing here.
    if (typeof question === "string") {
      this.name = /application_name = '(.*)'/.exec(question)?.[1] ?? this.name;
      return Promise.resolve();
    }
    if (!this.#isOpen) {
      return Promise.reject(new Error("Client is not queryable"));
    }
    const { world } = this.#database;
    const { text, values } = question;
    this.#asked.add(reject);
    this.up.send(() =>
      this.server.receive(text, values, (answer) =>
        this.down.send(() => {
          if (this.#user.isKilled || !this.#asked.delete(reject)) return;
          this.#user.busyUntil = world.now;
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
          world.step("reply");
        }))
    );
    world.step("statement");
    return promise;
  }

  end(): Promise<void> {
    if (this.#isOpen) this.hangUp();
    this.#close();
    return Promise.resolve();
  }

  /** Its machine closes the connection: what was sent before still arrives. */
  hangUp(): void {
    this.up.send(() => this.server.end());
  }

  /** This end knows that it is lost. */
  lose(): void {
    if (this.#user.isKilled || !this.#isOpen) return;
    this.#close();
    this.emit("end");
  }

  #close(): void {
    this.#isOpen = false;
    this.#database.clients.delete(this);
    this.#user.clients.delete(this);
    const error = new Error("Connection terminated unexpectedly");
    for (const fail of this.#asked) fail(error);
    this.#asked.clear();
  }
}
