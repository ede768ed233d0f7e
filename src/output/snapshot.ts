import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import type { UserCount } from "../model/counts.ts";
import type { Rejection } from "../model/rejection.ts";
import { writeRejectionLine } from "../model/ndjson_line.ts";
import {
  compareFile,
  type Content,
  outputFailure,
  replaceFile,
  syncFolder,
  TEMPORARY_SUFFIX,
  temporaryPath,
} from "./replace_file.ts";

/** Name of the file that keeps what could not be counted. */
export const REJECTED_FILE = "rejected.ndjson";

/** What a snapshot shows; a ledger has all of it. */
export interface SnapshotContent {
  /** Every type with a count. */
  types(): Promise<string[]>;
  /** The totals of one type, by code point of the user, in pages. */
  counts(type: string): AsyncIterable<readonly UserCount[]>;
  /** Every rejection in the order it was recorded, in pages. */
  rejections(): AsyncIterable<readonly Rejection[]>;
}

/** A temporary file not written to for so long (in ms) has lost its writer. */
const ABANDONED_AFTER = 60_000;

/** What one `<type>.json` adds up to. */
export interface TypeTotals {
  /** The sum of all its counts. */
  readonly events: number;
  /** How many users it has. */
  readonly users: number;
}

/** What a snapshot wrote, or found to be right already. */
export interface SnapshotResult {
  /** The paths of all files that hold the ledger's content now. */
  readonly files: readonly string[];
  /** Totals per type, sorted by type. */
  readonly types: ReadonlyMap<string, TypeTotals>;
}

const log = getLogger(["eventcounter", "output"]);

/**
 * The JSON files of one output folder: a projection of the ledger, made anew
 * at the end of every run, so files that a crash left behind are repaired.
 */
export class Snapshot {
  readonly #folder: string;
  readonly #types: ReadonlySet<string>;

  /**
   * Touches nothing yet.
   *
   * @param folder The output folder.
   * @param types Types whose file is removed when they have no count.
   */
  constructor(folder: string, types: Iterable<string>) {
    this.#folder = folder;
    this.#types = new Set(types);
  }

  /**
   * Makes sure, before anything is consumed, that the folder is there and can
   * be written, and removes what a killed run has left half written.
   *
   * @throws {EventCounterError} 73 if it cannot be made or written, 74 if its
   * disk is full or fails.
   */
  async prepare(): Promise<void> {
    try {
      await Deno.mkdir(this.#folder, { recursive: true });
      await this.#removeAbandoned();
      const probe = temporaryPath(this.#folder, "probe");
      try {
        await Deno.writeTextFile(probe, "probe");
      } catch (error) {
        // On a full disk there may be room for its name, and for no more.
        await Deno.remove(probe).catch(() => {/* It was never made. */});
        throw error;
      }
      await Deno.remove(probe);
    } catch (error) {
      throw outputFailure(error, this.#folder);
    }
  }

  /** Writes the files that differ from the ledger. */
  async write(ledger: SnapshotContent): Promise<SnapshotResult> {
    const totals = new Map<string, TypeTotals>();
    const files: string[] = [];
    for (const type of (await ledger.types()).sort()) {
      const name = `${type}.json`;
      await this.#update(
        name,
        () =>
          countsContent(ledger.counts(type), (sums) => totals.set(type, sums)),
      );
      files.push(join(this.#folder, name));
    }
    for (const type of this.#types) {
      if (!totals.has(type)) await this.#removeStale(`${type}.json`);
    }
    if (await this.#writeRejected(ledger)) {
      files.push(join(this.#folder, REJECTED_FILE));
    }
    return { files, types: totals };
  }

  /** A killed run's half-written files, but not those of one that lives. */
  async #removeAbandoned(): Promise<void> {
    for await (const { name } of Deno.readDir(this.#folder)) {
      if (!name.startsWith(".") || !name.endsWith(TEMPORARY_SUFFIX)) continue;
      const path = join(this.#folder, name);
      const { mtime } = await Deno.stat(path);
      if (Date.now() - mtime!.getTime() > ABANDONED_AFTER) {
        await Deno.remove(path);
      }
    }
  }

  async #update(name: string, content: Content): Promise<void> {
    const state = await compareFile(join(this.#folder, name), content);
    if (state !== "same") await replaceFile(this.#folder, name, content);
  }

  /** @returns Whether there is such a file. */
  async #writeRejected(ledger: SnapshotContent): Promise<boolean> {
    const content = () => rejectedContent(ledger.rejections());
    if (await isEmpty(content)) return false;
    const path = join(this.#folder, REJECTED_FILE);
    // Rejections are only ever added, so the ledger's own file is a beginning.
    // Anything else holds messages that are nowhere else: keep it.
    if (await compareFile(path, content) === "different") {
      const kept = `rejected-${new Date().toISOString().replaceAll(":", "-")}`;
      await Deno.rename(path, join(this.#folder, `${kept}.ndjson`));
      log.warn(
        "{path} was not written from this ledger; it is kept as {kept}.ndjson",
        { path, kept },
      );
    }
    await this.#update(REJECTED_FILE, content);
    return true;
  }

  /**
   * Removes the counts of an earlier ledger, which would stand beside new ones
   * as if they were true. A file that is no such counts is left alone.
   */
  async #removeStale(name: string): Promise<void> {
    const path = join(this.#folder, name);
    let text: string;
    try {
      text = await Deno.readTextFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw outputFailure(error, path);
    }
    if (!isCounts(text)) return;
    try {
      await Deno.remove(path);
      await syncFolder(this.#folder);
    } catch (error) {
      throw outputFailure(error, path);
    }
    log.warn("{path} is removed: the ledger has no such counts", { path });
  }
}

const encoder = new TextEncoder();

async function* countsContent(
  pages: AsyncIterable<readonly UserCount[]>,
  tellTotals: (totals: TypeTotals) => void,
): AsyncGenerator<Uint8Array> {
  let before = "{\n  ";
  let events = 0, users = 0;
  for await (const page of pages) {
    users += page.length;
    for (const [, count] of page) events += count;
    const lines = page.map(([user, count]) =>
      `${JSON.stringify(user)}: ${count}`
    );
    yield encoder.encode(before + lines.join(",\n  "));
    before = ",\n  ";
  }
  tellTotals({ events, users });
  yield encoder.encode("\n}\n");
}

async function* rejectedContent(
  pages: AsyncIterable<readonly Rejection[]>,
): AsyncGenerator<Uint8Array> {
  for await (const page of pages) {
    for (const rejection of page) {
      yield encoder.encode(writeRejectionLine(rejection));
    }
  }
}

async function isEmpty(content: Content): Promise<boolean> {
  for await (const _chunk of content()) return false;
  return true;
}

/** Whether a text is `{user: count}` as this program writes it. */
function isCounts(text: string): boolean {
  try {
    const parsed = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null &&
      !Array.isArray(parsed) &&
      Object.values(parsed).every((count) => Number.isInteger(count));
  } catch {
    return false;
  }
}
