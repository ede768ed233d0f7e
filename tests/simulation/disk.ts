import { DatabaseSync, StatementSync } from "node:sqlite";
import { dirname } from "node:path";
import { Killed, type World } from "./world.ts";

/** The program that uses the disk; one that was killed never gets an answer. */
export interface DiskUser {
  readonly isKilled: boolean;
}

/** A file's content; it may be open, or have no name any more. */
interface Content {
  bytes: Uint8Array<ArrayBuffer>;
  modified: number;
}

/** How long an operation takes, in virtual ms. */
const DURATION = 0.05;

/**
 * A disk in memory, in the place of Deno's functions for files and below
 * SQLite: every operation is a step at which it may be full, or its user may be
 * killed. What was written stays, as it does in a page cache.
 */
export class Disk {
  readonly files = new Map<string, Content>();
  readonly folders = new Set(["/"]);
  /** Until when there is no room. */
  fullUntil = 0;
  /**
   * The next commit is reported as failed and so is every later statement; but
   * it is found after the next start, as in a log whose sync has failed.
   */
  failsFromCommit = false;
  #hasFailed = false;
  /** Who uses it now. */
  user: DiskUser | undefined;
  /** Databases that are open. */
  readonly databases = new Set<DatabaseSync>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  get isFull(): boolean {
    return this.#world.now < this.fullUntil;
  }

  /** Its user is gone, and with it what was not committed. */
  release(): void {
    for (const database of this.databases) {
      if (database.isOpen) database.close();
    }
    this.databases.clear();
    this.failsFromCommit = this.#hasFailed = false;
    this.user = undefined;
  }

  /** The text of a file; nothing if there is none. */
  text(path: string): string | undefined {
    const content = this.files.get(path);
    return content && new TextDecoder().decode(content.bytes);
  }

  /** What is to be put in the place of Deno's own functions. */
  readonly functions = {
    open: (path: string, options: Deno.OpenOptions = {}) =>
      this.#step("open", () => {
        if (this.folders.has(path)) return new OpenFile(this, emptyContent());
        if (options.createNew) {
          this.files.set(path, this.content(new Uint8Array()));
        }
        return new OpenFile(this, this.#get(path));
      }),
    stat: (path: string) => this.#step("stat", () => this.#info(path)),
    lstat: (path: string) => this.#step("stat", () => this.#info(path)),
    mkdir: (path: string) =>
      this.#step("mkdir", () => {
        this.folders.add(path);
      }),
    remove: (path: string) =>
      this.#step("remove", () => {
        this.#get(path);
        this.files.delete(path);
      }),
    rename: (from: string, to: string) =>
      this.#step("rename", () => {
        this.#world.tell(`rename to ${to}`);
        this.files.set(to, this.#get(from));
        this.files.delete(from);
      }),
    writeTextFile: (path: string, text: string) =>
      this.#step("write", () => {
        this.requireRoom();
        const bytes = new TextEncoder().encode(text);
        this.files.set(path, this.content(bytes));
      }),
    readTextFile: (path: string) =>
      this.#step("read", () => new TextDecoder().decode(this.#get(path).bytes)),
    readDir: (folder: string) => this.#entries(folder),
  };

  /** Takes a step on behalf of SQLite. @param run The statement. */
  statement<T>(name: string, run: () => T): T {
    if (this.user === undefined) return run();
    if (this.user.isKilled) throw new Killed();
    this.#world.step(name);
    if (this.isFull) throw new Error("database or disk is full");
    if (this.#hasFailed) throw new Error("disk I/O error");
    const result = run();
    if (name !== "commit") return result;
    this.#world.tell("commit");
    this.#world.step("committed");
    if (!this.failsFromCommit) return result;
    this.#hasFailed = true;
    throw new Error("disk I/O error");
  }

  /** Takes a step of a file's. */
  async step<T>(name: string, run: () => T): Promise<T> {
    return await this.#step(name, run);
  }

  /** @throws ENOSPC if there is none. */
  requireRoom(): void {
    if (this.isFull) throw new Error("No space left on device (os error 28)");
  }

  /** Bytes as a file has them that was written just now. */
  content(bytes: Uint8Array<ArrayBuffer>): Content {
    return { bytes, modified: this.#world.wall };
  }

  /** It takes a moment, and whoever is killed before never hears of it. */
  #step<T>(name: string, run: () => T): Promise<T> {
    const { user } = this;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#world.after(DURATION, () => {
      if (user?.isKilled) return;
      this.#world.step(name);
      try {
        resolve(run());
      } catch (error) {
        if (error instanceof Killed) throw error;
        reject(error);
      }
    });
    return promise;
  }

  async *#entries(folder: string): AsyncGenerator<{ name: string }> {
    await this.#step("list", () => {});
    for (const path of [...this.files.keys()]) {
      if (dirname(path) === folder) {
        yield { name: path.slice(folder.length + 1) };
      }
    }
  }

  #get(path: string): Content {
    const content = this.files.get(path);
    if (content !== undefined) return content;
    throw new Deno.errors.NotFound("No such file or directory (os error 2)");
  }

  #info(path: string) {
    if (this.folders.has(path)) return { isFile: false, isDirectory: true };
    const { bytes, modified } = this.#get(path);
    return {
      isFile: true,
      size: bytes.length,
      mtime: new Date(modified),
    };
  }
}

/** As much of `Deno.FsFile` as the program uses. */
class OpenFile {
  readonly #disk: Disk;
  readonly #content: Content;
  #at = 0;

  constructor(disk: Disk, content: Content) {
    this.#disk = disk;
    this.#content = content;
  }

  get readable(): ReadableStream<Uint8Array> {
    return ReadableStream.from([this.#content.bytes]);
  }

  seek(offset: number): Promise<number> {
    return Promise.resolve(this.#at = offset);
  }

  read(into: Uint8Array): Promise<number | null> {
    return this.#disk.step("read", () => {
      const rest = this.#content.bytes.subarray(this.#at);
      const read = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, read));
      this.#at += read;
      return read === 0 && into.length > 0 ? null : read;
    });
  }

  /** Only half of it at first, so that there is a moment in the middle. */
  write(bytes: Uint8Array): Promise<number> {
    return this.#disk.step("write", () => {
      this.#disk.requireRoom();
      const taken = Math.ceil(bytes.length / 2);
      const old = this.#content.bytes;
      const size = Math.max(old.length, this.#at + taken);
      const grown = this.#disk.content(new Uint8Array(size));
      grown.bytes.set(old);
      grown.bytes.set(bytes.subarray(0, taken), this.#at);
      Object.assign(this.#content, grown);
      this.#at += taken;
      return taken;
    });
  }

  sync(): Promise<void> {
    return this.#disk.step("sync", () => {});
  }

  stat() {
    const { bytes, modified } = this.#content;
    const mtime = new Date(modified);
    return this.#disk.step("stat", () => ({ size: bytes.length, mtime }));
  }

  close(): void {}

  [Symbol.dispose](): void {}
}

function emptyContent(): Content {
  return { bytes: new Uint8Array(), modified: 0 };
}

/**
 * Puts a world and its disk in the place of the machine's, for everything in
 * this process that asks for files, the time, or chance.
 *
 * @returns What gives the machine back.
 */
export function takeOver(world: World, disk: Disk): () => void {
  const { run } = StatementSync.prototype;
  const { exec, close } = DatabaseSync.prototype;
  const { Date } = globalThis;
  const { randomUUID } = crypto;
  const { setTimeout } = globalThis;
  const { random } = Math;
  const { open, stat, lstat, mkdir, remove, rename } = Deno;
  const { writeTextFile, readTextFile, readDir, realPathSync } = Deno;
  Object.assign(Deno, disk.functions, {
    // SQLite's databases are in memory, and so is the one that is its lock.
    realPathSync: (path: string) => path.replace("file:", "file:lock-of-"),
  });
  StatementSync.prototype.run = function (...values: unknown[]) {
    return disk.statement("sql", () => Reflect.apply(run, this, values));
  };
  DatabaseSync.prototype.exec = function (sql) {
    disk.databases.add(this);
    if (sql !== "COMMIT") return exec.call(this, sql);
    return disk.statement("commit", () => exec.call(this, sql));
  };
  DatabaseSync.prototype.close = function () {
    disk.databases.delete(this);
    close.call(this);
  };
  globalThis.Date = class extends Date {
    constructor(...given: [number?]) {
      super(given[0] ?? world.wall);
    }
    static override now = () => world.wall;
  } as DateConstructor;
  Math.random = () => world.random.below(1_000) / 1_000;
  performance.now = () => world.now;
  Object.assign(globalThis, {
    setTimeout: (run: () => void, after: number) => world.after(after, run),
  });
  crypto.randomUUID = () =>
    world.random.uuid() as ReturnType<typeof randomUUID>;
  return () => {
    Object.assign(Deno, { open, stat, lstat, mkdir, remove, rename });
    Object.assign(Deno, { writeTextFile, readTextFile, readDir, realPathSync });
    Object.assign(globalThis, { Date, setTimeout });
    Object.assign(Math, { random });
    Reflect.deleteProperty(performance, "now");
    StatementSync.prototype.run = run;
    Object.assign(DatabaseSync.prototype, { exec, close });
    crypto.randomUUID = randomUUID;
  };
}
