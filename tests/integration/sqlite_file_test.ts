/** How the SQLite ledger treats the file that it is given. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import { isLedgerLocked } from "../../src/ledger/sqlite/sqlite_lock.ts";
import { SqliteReader } from "../../src/ledger/sqlite/sqlite_reader.ts";
import { SCHEMA_VERSION } from "../../src/ledger/sqlite/sqlite_schema.ts";
import { EventCounterError } from "../../src/model/errors.ts";
import { messageProperties } from "../../src/model/message_properties.ts";
import {
  checkpoint,
  type CheckpointContent,
  contentOf,
  knownOf,
  rejection,
} from "../support/ledger_content.ts";
import { uuid } from "../support/messages.ts";
import { storedIds } from "../support/stored_ids.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

const LATER = SCHEMA_VERSION + 1;

/** More than fits on a few pages. */
const large: CheckpointContent = {
  ids: Array.from({ length: 500 }, (_, i) => uuid(i)),
  counts: {
    created: Array.from({ length: 500 }, (_, i) => [`user ${i}`, i + 1]),
  },
  rejections: Array.from({ length: 100 }, (_, i) => rejection(`body ${i}`)),
};

/** Makes a ledger file with something in it. */
async function makeLedger(path: string): Promise<void> {
  const ledger = await SqliteLedger.open(path);
  await ledger.beginRun(0);
  await checkpoint(ledger, large);
  await ledger.close();
}

/** Everything in a folder, byte for byte. */
async function bytesIn(path: string): Promise<Map<string, Uint8Array>> {
  const entries = await Array.fromAsync(Deno.readDir(path));
  const contents = new Map<string, Uint8Array>();
  for (const { name } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    contents.set(name, await Deno.readFile(`${path}/${name}`));
  }
  return contents;
}

async function assertRefused(path: string, exitCode: number, text: string) {
  const error = await assertRejects(
    () => SqliteLedger.open(path),
    EventCounterError,
    `Cannot use ledger "${path}": `,
  );
  assertEquals([error.exitCode, error.message.includes(text)], [
    exitCode,
    true,
  ], error.message);
}

/** What is done to a good ledger, and how it is refused then. */
const strangers: Record<
  string,
  [text: string, spoil: (path: string) => unknown]
> = {
  "a text file": [
    "it is no ledger, or damaged",
    (path) => Deno.writeTextFileSync(path, "Dear diary,\n".repeat(1_000)),
  ],
  "a SQLite database of another program": [
    "database of another program",
    (path) => {
      Deno.removeSync(path);
      withDatabase(path, "CREATE TABLE note (text)");
    },
  ],
  "a ledger of a later version": [
    `its version is ${LATER} and this program knows up to ${SCHEMA_VERSION}`,
    (path) => withDatabase(path, `PRAGMA user_version = ${LATER}`),
  ],
  "a ledger without one of its tables": [
    "its table file is missing, it is damaged",
    (path) => withDatabase(path, "DROP TABLE file"),
  ],
  "a ledger with a table that lacks a column": [
    "no column named texts; it is no ledger, or damaged",
    (path) => withDatabase(path, "ALTER TABLE checkpoint DROP COLUMN texts"),
  ],
  "a ledger with counts that are no JSON": [
    "malformed JSON",
    (path) => withDatabase(path, "UPDATE checkpoint SET counts = '[['"),
  ],
  "a ledger whose beginning is overwritten": [
    "it is no ledger, or damaged",
    (path) => overwrite(path, 0, 100),
  ],
};

function withDatabase(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

/** Version and columns of a ledger. */
function columnsOf(path: string): unknown[] {
  using database = new DatabaseSync(path, { readOnly: true });
  return [
    "SELECT * FROM pragma_user_version",
    "SELECT m.name, c.* FROM sqlite_schema AS m, pragma_table_info(m.name) AS c",
  ].map((question) => database.prepare(question).all());
}

function overwrite(path: string, from: number, to: number): void {
  const content = Deno.readFileSync(path);
  content.fill(0xaa, from, to);
  Deno.writeFileSync(path, content);
}

for (const [what, [text, spoil]] of Object.entries(strangers)) {
  folder.test(`SqliteLedger refuses ${what} with exit code 65 and leaves it alone`, async () => {
    const place = folder.make();
    await makeLedger(`${place}/a.db`);
    spoil(`${place}/a.db`);
    const before = await bytesIn(place);

    await assertRefused(`${place}/a.db`, 65, text);

    assertEquals(await bytesIn(place), before);
  });
}

const begin = (ledger: SqliteLedger) => ledger.beginRun(0);

for (
  const [damage, read] of [
    ["UPDATE checkpoint SET texts = '{}'", begin],
    ["UPDATE checkpoint SET texts = '[1]'", begin],
    ["UPDATE rejection SET routing_key = '\"a'", contentOf],
    ["UPDATE rejection SET routing_key = '1'", contentOf],
    ["UPDATE rejection SET properties = '1'", contentOf],
  ] as const
) {
  folder.test(`SqliteLedger tells a damaged ledger when it is read: ${damage}`, async () => {
    const path = `${folder.make()}/a.db`;
    await makeLedger(path);
    withDatabase(path, damage);
    const ledger = await SqliteLedger.open(path);

    const error = await assertRejects(
      () => read(ledger),
      EventCounterError,
      "it is no ledger, or damaged",
    );

    assertEquals(error.exitCode, 65);
    await ledger.close();
  });
}

folder.test("SqliteLedger never shows less than all of a ledger cut short", async () => {
  const place = folder.make();
  await makeLedger(`${place}/whole.db`);
  const whole = await Deno.readFile(`${place}/whole.db`);
  const read = async (path: string) => {
    const ledger = await SqliteLedger.open(path);
    try {
      await ledger.beginRun(0);
      return [await knownOf(ledger, large.ids!), await contentOf(ledger)];
    } finally {
      await ledger.close();
    }
  };
  const expected = await read(`${place}/whole.db`);

  for (let length = 1_000; length < whole.length; length += 3_000) {
    const path = `${place}/${length}.db`;
    await Deno.writeFile(path, whole.subarray(0, length));
    try {
      assertEquals(await read(path), expected);
    } catch (error) {
      assert(error instanceof EventCounterError, String(error));
      assertEquals(error.exitCode, 65, `${length} bytes: ${error.message}`);
    }
  }
});

folder.test("SqliteLedger makes a ledger of the first version one of this, with all that is in it", async () => {
  const path = `${folder.make()}/a.db`;
  await makeLedger(path);
  const columns = columnsOf(path);
  withDatabase(
    path,
    "ALTER TABLE rejection DROP COLUMN properties; " +
      "ALTER TABLE checkpoint DROP COLUMN events; " +
      "ALTER TABLE run DROP COLUMN forgotten; PRAGMA user_version = 1",
  );
  // As merge does, which writes nothing.
  {
    await using reader = SqliteReader.open(path);
    const pages = await Array.fromAsync(reader.rejections());
    assertEquals(pages.flat().length, large.rejections!.length);
    const [checkpoints] = await Array.fromAsync(reader.checkpoints());
    assertEquals(checkpoints![0]!.ids, large.ids!.length);
    assertEquals(await reader.forgotten(), 0);
  }

  const ledger = await SqliteLedger.open(path);

  await ledger.beginRun(0);
  assertEquals(await knownOf(ledger, large.ids!), large.ids);
  const properties = messageProperties("7", "gzip", undefined);
  const more = rejection("", "k", "bad_id", 1, properties);
  await checkpoint(ledger, { rejections: [more] });
  const { rejections } = await contentOf(ledger);
  assertEquals(rejections, [...large.rejections!, more]);
  await ledger.close();
  assertEquals(columnsOf(path), columns);
});

folder.test("SqliteLedger makes a ledger of an empty file", async () => {
  const path = `${folder.make()}/a.db`;
  await Deno.writeFile(path, new Uint8Array());

  await makeLedger(path);

  const ledger = await SqliteLedger.open(path);
  await ledger.close();
  assertEquals(storedIds(path), [...large.ids!]);
});

/** Deno opens /proc, and makes links, only for those who may do everything. */
const everything = { permissions: "inherit" } as const;

Deno.test(
  "SqliteLedger refuses a path where no file can be with exit code 73",
  everything,
  async () => {
    const place = folder.make();

    // Permission bits do not bind root, but nobody makes files in /proc.
    // Elsewhere than on Linux it is one more folder that does not exist.
    for (const path of [place, `${place}/missing/a.db`, "/proc/a.db"]) {
      await assertRefused(path, 73, "check its folder and permissions");
    }
    assertEquals(await bytesIn(place), new Map());
  },
);

Deno.test(
  "SqliteLedger refuses a ledger in use by this process with exit code 75, by whatever path",
  everything,
  async () => {
    const place = folder.make();
    const path = `${place}/a.db`;
    const first = await SqliteLedger.open(path);
    await Deno.symlink("a.db", `${place}/link.db`);

    for (const busy of [path, `${place}/link.db`]) {
      await assertRefused(busy, 75, "another process is using it");
    }

    await first.close();
    await (await SqliteLedger.open(path)).close();
  },
);

folder.test("other programs read the ledger, and may write to it, while a worker works", async () => {
  const path = `${folder.make()}/a.db`;
  const ledger = await SqliteLedger.open(path);
  await ledger.beginRun(0);
  const other = new DatabaseSync(path);
  const events = () =>
    other.prepare("SELECT sum(count) AS events FROM counted").get()!.events;

  await checkpoint(ledger, { counts: { created: [["a", 1]] } });
  assertEquals(events(), 1);
  // As Litestream does.
  other.exec("CREATE TABLE other (id INTEGER); PRAGMA wal_checkpoint");
  other.exec("BEGIN");
  assertEquals(events(), 1);
  await checkpoint(ledger, { counts: { created: [["a", 2]] } });
  assertEquals(events(), 1, "it sees what was there when it began");
  other.exec("COMMIT");
  assertEquals(events(), 3);

  other.close();
  await ledger.close();
});

folder.test("whether a worker has a ledger is told at once, for it may be gone a little later", async () => {
  const path = `${folder.make()}/ledger.db`;
  const ledger = await SqliteLedger.open(path);
  const asked = performance.now();
  assert(isLedgerLocked(path));
  // It would be 5 s.
  assert(performance.now() - asked < 4_000);
  await ledger.close();
  assert(!isLedgerLocked(path));
});
