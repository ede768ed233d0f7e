/** What only a SQLite ledger promises about what it keeps. */
import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import type { UserCount } from "../../src/model/counts.ts";
import type { RejectionReason } from "../../src/model/rejection.ts";
import { EventCounterError } from "../../src/model/errors.ts";
import { copySqlite } from "../support/ledger_adapters.ts";
import {
  checkpoint,
  type CheckpointContent,
  contentOf,
  knownOf,
  rejection,
} from "../support/ledger_content.ts";
import { idsOf } from "../support/stored_ids.ts";
import { uuid } from "../support/messages.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

/** Opens a ledger, and catches the connection that it has made. */
async function open(): Promise<[SqliteLedger, DatabaseSync]> {
  let connection: DatabaseSync | undefined;
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (sql: string) {
    connection = this;
    return exec.call(this, sql);
  };
  try {
    const ledger = await SqliteLedger.open(`${folder.make()}/ledger.db`);
    await ledger.beginRun(1_000);
    return [ledger, connection!];
  } finally {
    DatabaseSync.prototype.exec = exec;
  }
}

/** Rows as plain objects: SQLite's have no prototype. */
function query(database: DatabaseSync, sql: string): unknown[] {
  return database.prepare(sql).all().map((row) => ({ ...row }));
}

folder.test("SqliteLedger commits with fsync: synchronous is FULL, the journal a WAL", async () => {
  const [ledger, database] = await open();

  assertEquals(query(database, "PRAGMA synchronous"), [{ synchronous: 2 }]);
  assertEquals(query(database, "PRAGMA journal_mode"), [{
    journal_mode: "wal",
  }]);

  await ledger.close();
});

/** A batch in which STRICT refuses the very last thing to be written. */
function unwritable(good: CheckpointContent): CheckpointContent {
  const reason = new Uint8Array([1]) as unknown as RejectionReason;
  return {
    ...good,
    rejections: [...good.rejections!, { ...rejection("x"), reason }],
  };
}

const first: CheckpointContent = {
  ids: [uuid(1), "one"],
  counts: { created: [["a", 1]] },
  rejections: [rejection("first")],
};
const second: CheckpointContent = {
  ids: [uuid(2), "two"],
  counts: { created: [["a", 10]], deleted: [["b", 10]] },
  rejections: [rejection("second")],
};

folder.test("a checkpoint that fails leaves nothing of its batch, not even while counts are folded", async () => {
  for (const checkpointsBefore of [1, 62, 63, 64]) {
    const [ledger, database] = await open();
    for (let i = 0; i < checkpointsBefore; i++) {
      await checkpoint(ledger, first);
    }
    const { rejections } = await contentOf(ledger);
    const counted = checkpointsBefore;

    await assertRejects(
      () => checkpoint(ledger, unwritable(second)),
      EventCounterError,
    );

    assertEquals(idsOf(database), [...first.ids!]);
    assertEquals(await contentOf(ledger), {
      counts: [["created", [["a", counted]]]],
      rejections,
    });
    await checkpoint(ledger, second);
    assertEquals((await contentOf(ledger)).counts, [
      ["created", [["a", counted + 10]]],
      ["deleted", [["b", 10]]],
    ]);
    await ledger.close();
  }
});

folder.test("ids counted before the dedupe window are forgotten, rejections and counts, folded or not, are not", async () => {
  for (const crashes of [false, true]) {
    const place = folder.make();
    const path = `${place}/ledger.db`;
    const ledger = await SqliteLedger.open(path);
    await ledger.beginRun(0);
    await checkpoint(ledger, { ...first, at: 999 });
    await checkpoint(ledger, { ...second, at: 1_000 });
    const copy = folder.make();
    // As a crash leaves it, the counts are in the log alone.
    if (crashes) await copySqlite(place, copy);
    const content = await contentOf(ledger);
    await ledger.close();

    const reopened = await SqliteLedger.open(
      crashes ? `${copy}/ledger.db` : path,
      { forgetBefore: 1_000 },
    );
    await reopened.beginRun(2_000);
    const ids = [...first.ids!, ...second.ids!];
    assertEquals(await knownOf(reopened, ids), [...second.ids!]);
    assertEquals(await contentOf(reopened), content);
    await reopened.close();
  }
});

folder.test("counts wait in the log for 64 checkpoints or 100,000 users at most", async () => {
  const [ledger, database] = await open();
  const waiting = () =>
    query(database, "SELECT * FROM checkpoint WHERE counts IS NOT NULL")
      .length;
  const countUsers = (users: number) =>
    checkpoint(ledger, {
      counts: {
        created: Array.from({ length: users }, (_, i) => [`user ${i}`, 1]),
      },
    });
  for (let i = 1; i <= 130; i++) {
    await countUsers(1);
    assertEquals(waiting(), i % 64, `after ${i} checkpoints`);
  }

  await countUsers(100_000);
  assertEquals(waiting(), 3);
  await countUsers(1);
  assertEquals(waiting(), 0);

  await ledger.close();
});

folder.test("the view shows the same counts to other programs, folded or not", async () => {
  const [ledger, database] = await open();
  const users = ["a", "'", '"[{', "\u{fffd}", "\u{1f600}", "__proto__", "1"]
    .map((user, i): UserCount => [user, i + 1]);
  const view = () =>
    query(database, "SELECT type, user, count FROM counted")
      .map((row) => Object.values(row as object).join(" ")).sort();
  const listed = async () =>
    (await contentOf(ledger)).counts
      .flatMap(([type, users]) =>
        users.map(([user, count]) => `${type} ${user} ${count}`)
      ).sort();

  for (let round = 1; round <= 3; round++) {
    await checkpoint(ledger, {
      counts: { created: users, updated: users.slice(round) },
    });
    // Reading through the ledger folds, so the view is asked first.
    const unfolded = view();
    const expected = await listed();
    assertEquals(unfolded, expected);
    assertEquals(view(), expected);
    await checkpoint(ledger, { counts: { created: [["a", 1]] } });
  }
  await ledger.close();
});

folder.test("each run is noted with its times, its end and its totals", async () => {
  const [ledger, database] = await open();
  await ledger.endRun({
    endedAt: 2_000,
    stopped: "idle",
    unique: 1,
    duplicates: 2,
    rejected: 3,
  });
  await ledger.beginRun(3_000);
  await checkpoint(ledger, first);

  assertEquals(query(database, "SELECT * FROM run"), [{
    id: 1,
    started_at: 1_000,
    ended_at: 2_000,
    stopped: "idle",
    unique_events: 1,
    duplicates: 2,
    rejected: 3,
    forgotten: 0,
  }, {
    id: 2,
    started_at: 3_000,
    ended_at: null,
    stopped: null,
    unique_events: null,
    duplicates: null,
    rejected: null,
    forgotten: 0,
  }]);
  assertEquals(query(database, "SELECT run, at FROM checkpoint"), [
    { run: 2, at: 0 },
  ]);
  await ledger.close();
});

folder.test("pages of rejections are bounded by bytes, and leave nothing open", async () => {
  const [ledger, database] = await open();
  const MEBIBYTE = 1024 * 1024;
  const sizes = [1, 5, 5, 20, 1, 1];
  await checkpoint(ledger, {
    rejections: sizes.map((size) => rejection(new Uint8Array(size * MEBIBYTE))),
  });

  const pages: number[][] = [];
  for await (const page of ledger.rejections()) {
    pages.push(page.map(({ body }) => body.length / MEBIBYTE));
    const [checkpoint] = query(database, "PRAGMA wal_checkpoint(TRUNCATE)");
    assertEquals((checkpoint as { busy: number }).busy, 0);
  }

  assertEquals(pages, [[1, 5, 5], [20], [1, 1]]);
  await ledger.close();
});
