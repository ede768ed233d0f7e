/** What whoever looks at a ledger is promised, whichever ledger it is. */
import { assertEquals, assertRejects } from "@std/assert";
import type { LedgerReader } from "../../src/ledger/ledger_reader.ts";
import { parsePostgresAddress } from "../../src/ledger/postgres/postgres_address.ts";
import { PostgresReader } from "../../src/ledger/postgres/postgres_reader.ts";
import { SqliteReader } from "../../src/ledger/sqlite/sqlite_reader.ts";
import type { UserCount } from "../../src/model/counts.ts";
import { EventCounterError, EXIT } from "../../src/model/errors.ts";
import { packedUuid, UUID_BYTES } from "../../src/model/uuid.ts";
import {
  type DurableAdapter,
  durableAdapters,
} from "../support/ledger_adapters.ts";
import { checkpoint, fileNote, rejection } from "../support/ledger_content.ts";
import { uuid } from "../support/messages.ts";
import {
  askPostgres,
  ledgerUrl,
  postgresAdapter,
} from "../support/postgres_place.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

interface ReaderAdapter {
  readonly ledger: DurableAdapter;
  /** Opens a reader of the ledger that the adapter has in a folder. */
  open(folder: string): LedgerReader | Promise<LedgerReader>;
}

const adapters: readonly ReaderAdapter[] = [
  {
    ledger: durableAdapters[0]!,
    open: (folder) => SqliteReader.open(`${folder}/ledger.db`),
  },
  {
    ledger: postgresAdapter,
    open: (folder) =>
      PostgresReader.open({
        address: parsePostgresAddress(ledgerUrl(folder)),
        connectTimeout: 30_000,
        reconnectTimeout: 0,
      }),
  },
];

/** Registers a test for each reader there is. */
function contract(
  promise: string,
  test: (adapter: ReaderAdapter, place: string) => Promise<void>,
): void {
  for (const adapter of adapters) {
    const { name, permissions } = adapter.ledger;
    Deno.test(`${name}, read: ${promise}`, {
      permissions: { ...folder.permissions, ...permissions },
    }, () => test(adapter, folder.make()));
  }
}

/** Everything that a reader tells, types and ids in order. */
async function contentOf(reader: LedgerReader) {
  const counts: [string, UserCount[]][] = [];
  const totals: unknown[] = [];
  for (const type of await reader.types()) {
    counts.push([type, await all(reader.counts(type))]);
    totals.push(await reader.totals(type));
  }
  const stored = await Array.fromAsync(reader.ids());
  const ids = stored.flatMap(({ uuids, texts }) => [
    ...Array.from(
      { length: uuids.length / UUID_BYTES },
      (_, i) => String(packedUuid(uuids.subarray(i * UUID_BYTES))),
    ),
    ...texts,
  ]).sort();
  const runs = (await all(reader.runs())).map(({ id: _, ...run }) => run);
  const rejections = await all(reader.rejections());
  return { counts, totals, ids, runs, rejections };
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  return (await Array.fromAsync(pages)).flat();
}

const position = { offset: 7, fingerprint: new Uint8Array(16).fill(7) };

const end = { stopped: "idle", unique: 3, duplicates: 2, rejected: 1 };

contract(
  "shows all of one moment while a worker goes on",
  async (adapter, place) => {
    const many = Array.from({ length: 2_500 }, (_, i) => `user ${i}`);
    const ids = [uuid(0), uuid(1), "text", "a\0b", "\ud83d", ...many].sort();
    const first = rejection("first"),
      second = rejection("second", "b", "bad_id", 1, {
        messageId: "7",
        contentEncoding: "gzip",
        headers: { a: null },
      });
    await using ledger = await closing(adapter.ledger.open(place));
    await ledger.beginRun(5);
    await checkpoint(ledger, {
      ids,
      counts: {
        created: many.map((user) => [user, 1]),
        another: [["a", 2]],
      },
      positions: new Map([["a stream", position]]),
      rejections: [first, second, second],
    });
    await ledger.endRun({ endedAt: 9, ...end });
    // Adds up what has gathered: what follows waits in the log.
    await ledger.totals("created");
    await ledger.beginRun(10);
    await checkpoint(ledger, {
      counts: { created: [["user 7", 2], ["\ufffd", 1], ["\u{1f600}", 1]] },
    });
    await ledger.files.keep([fileNote("/a", "created.json", 3)]);

    await using reader = await adapter.open(place);
    await checkpoint(ledger, {
      ids: ["later"],
      counts: { created: [["user 7", 1]], later: [["a", 1]] },
      rejections: [first],
    });

    const created: UserCount[] = many.sort()
      .map((user) => [user, user === "user 7" ? 3 : 1]);
    assertEquals(await contentOf(reader), {
      counts: [["another", [["a", 2]]], [
        "created",
        [...created, ["\ufffd", 1], ["\u{1f600}", 1]],
      ]],
      totals: [{ events: 2, users: 1 }, { events: 2_504, users: 2_502 }],
      ids,
      runs: [
        { startedAt: 5, endedAt: 9, ...end },
        { startedAt: 10, stopped: "running" },
      ],
      rejections: [first, second, second].map((each, i) => ({
        ...each,
        row: i + 1,
      })),
    });
    assertEquals(await reader.rejectionTotals(), [
      { reason: "bad_id", rejections: 2, bytes: 140 },
      { reason: "bad_json", rejections: 1, bytes: 20 },
    ]);
    const { uuids, texts } = await reader.idTotals();
    assertEquals([uuids, texts], [2, ids.length - 2]);
    assertEquals(await reader.files(), [fileNote("/a", "created.json", 3)]);
    assertEquals(await reader.bytes() > 10_000, true);
    assertEquals(await reader.positions(), new Map([["a stream", position]]));
  },
);

contract("leaves nothing behind", async (adapter, place) => {
  await (await adapter.ledger.open(place)).close();
  const names = () => [...Deno.readDirSync(place)].map(({ name }) => name);
  const before = names();

  await (await adapter.open(place)).close();

  assertEquals(names(), before);
});

contract(
  "a page of rejections is bounded by its bytes",
  async (adapter, place) => {
    const large = rejection(new Uint8Array(5_000_000));
    await using ledger = await closing(adapter.ledger.open(place));
    await ledger.beginRun(0);
    await checkpoint(ledger, { rejections: [large, large, large] });

    await using reader = await adapter.open(place);
    const pages = await Array.fromAsync(reader.rejections());

    assertEquals(pages.map((page) => page.length), [2, 1]);
  },
);

contract("makes nothing where there is no ledger", async (adapter, place) => {
  const url = ledgerUrl(place);
  const error = await assertRejects(
    async () => await adapter.open(place),
    EventCounterError,
  );
  assertEquals(error.exitCode, EXIT.badInput);
  assertEquals([...Deno.readDirSync(place)], []);
  if (adapter.ledger !== postgresAdapter) return;
  const schema = new URL(url).searchParams.get("schema");
  assertEquals(
    await askPostgres(
      `SELECT count(*) FROM pg_namespace WHERE nspname = '${schema}'`,
    ),
    0,
  );
});

/** A ledger that is closed at the end of a block. */
async function closing(opening: ReturnType<DurableAdapter["open"]>) {
  const ledger = await opening;
  return Object.assign(ledger, {
    [Symbol.asyncDispose]: () => ledger.close(),
  });
}
