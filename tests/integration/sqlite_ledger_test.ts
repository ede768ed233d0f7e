/** What only a SQLite ledger promises about what it keeps. */
import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import type { UserCount } from "../../src/model/counts.ts";
import type { RejectionReason } from "../../src/model/rejection.ts";
import { EventCounterError } from "../../src/model/errors.ts";
import {
  checkpoint,
  type CheckpointContent,
  contentOf,
  rejection,
} from "../support/ledger_content.ts";
import { idsOf } from "../support/stored_ids.ts";
import { uuid } from "../support/messages.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

/** Opens a ledger, and catches the connection that it has made. */
async function openWithConnection(
  path: string,
): Promise<[SqliteLedger, DatabaseSync]> {
  let connection: DatabaseSync | undefined;
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (sql: string) {
    connection = this;
    return exec.call(this, sql);
  };
  try {
    return [await SqliteLedger.open(path), connection!];
  } finally {
    DatabaseSync.prototype.exec = exec;
  }
}

async function open(): Promise<[SqliteLedger, DatabaseSync]> {
  const opened = await openWithConnection(`${folder.make()}/ledger.db`);
  await opened[0].beginRun(1_000);
  return opened;
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

const state = async (ledger: Ledger, database: DatabaseSync) => [
  idsOf(database),
  await contentOf(ledger),
];

folder.test("a checkpoint that fails leaves nothing of its batch", async () => {
  const [ledger, database] = await open();
  await checkpoint(ledger, first);
  const before = await state(ledger, database);

  await assertRejects(
    () => checkpoint(ledger, unwritable(second)),
    EventCounterError,
  );

  assertEquals(await state(ledger, database), before);
  await checkpoint(ledger, second);
  assertEquals((await contentOf(ledger)).counts, [
    ["created", [["a", 11]]],
    ["deleted", [["b", 10]]],
  ]);
  await ledger.close();
});

folder.test("a checkpoint that fails while counts are folded leaves nothing of its batch", async () => {
  for (const checkpointsBefore of [62, 63, 64]) {
    const [ledger] = await open();
    for (let i = 0; i < checkpointsBefore; i++) {
      await checkpoint(ledger, { counts: { created: [["a", 1]] } });
    }

    await assertRejects(
      () => checkpoint(ledger, unwritable(second)),
      EventCounterError,
    );

    assertEquals((await contentOf(ledger)).counts, [
      ["created", [["a", checkpointsBefore]]],
    ]);
    await checkpoint(ledger, second);
    assertEquals((await contentOf(ledger)).counts, [
      ["created", [["a", checkpointsBefore + 10]]],
      ["deleted", [["b", 10]]],
    ]);
    await ledger.close();
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
  }, {
    id: 2,
    started_at: 3_000,
    ended_at: null,
    stopped: null,
    unique_events: null,
    duplicates: null,
    rejected: null,
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
