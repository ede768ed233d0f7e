import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { parsePostgresAddress } from "../../src/ledger/postgres/postgres_address.ts";
import { PostgresReader } from "../../src/ledger/postgres/postgres_reader.ts";
import type { PostgresLedger } from "../../src/ledger/postgres/postgres_ledger.ts";
import { CheckpointLost } from "../../src/ledger/ledger.ts";
import type { StoredRun } from "../../src/ledger/ledger_reader.ts";
import { SCHEMA_VERSION } from "../../src/ledger/postgres/schema.ts";
import { EventCounterError } from "../../src/model/errors.ts";
import { messageProperties } from "../../src/model/message_properties.ts";
import {
  checkpoint,
  claim,
  contentOf,
  knownOf,
  type LedgerContent,
  rejection,
} from "../support/ledger_content.ts";
import { uuid } from "../support/messages.ts";
import {
  askPostgres,
  ledgerUrl,
  openPostgres,
} from "../support/postgres_place.ts";
import { PostgresProxy } from "../support/postgres_proxy.ts";
import { until } from "../support/until.ts";

const one = { created: [["a", 1]] } as const;
const counted: LedgerContent = {
  counts: [["created", [["a", 1]]]],
  rejections: [],
};

/** Registers a test of two workers that share a ledger. */
function withTwoWorkers(
  promise: string,
  run: (
    first: PostgresLedger,
    second: PostgresLedger,
    url: string,
  ) => Promise<void>,
): void {
  Deno.test(promise, async () => {
    const url = ledgerUrl();
    const first = await openPostgres(url);
    const second = await openPostgres(url);
    try {
      for (const worker of [first, second]) await worker.beginRun(0);
      await run(first, second, url);
    } finally {
      for (const worker of [first, second]) await worker.close();
    }
  });
}

/** Registers a test of a worker behind a proxy. */
function behindProxy(
  promise: string,
  run: (ledger: PostgresLedger, proxy: PostgresProxy) => Promise<void>,
): void {
  Deno.test(promise, async () => {
    await using proxy = new PostgresProxy(ledgerUrl());
    const ledger = await openPostgres(proxy.url);
    try {
      await ledger.beginRun(0);
      await run(ledger, proxy);
    } finally {
      await ledger.close();
    }
  });
}

/** How many checkpoints are committed in the ledger behind a proxy. */
async function commitsIn({ url }: PostgresProxy): Promise<unknown> {
  return await askPostgres(`SELECT count(*) FROM ${schemaOf(url)}.checkpoint`);
}

/**
 * Ends the session that a run works on, as if its worker were gone.
 *
 * @param number Of the run in the ledger, from 0, in order of their beginning.
 */
async function endSessionOf(url: string, number: number): Promise<void> {
  await askPostgres(
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE " +
      "application_name = 'eventcounter ' || (SELECT id FROM " +
      `${schemaOf(url)}.run ORDER BY ctid LIMIT 1 OFFSET ${number})`,
  );
}

/** Waits until some session waits for another's transaction to end. */
async function untilSomebodyWaits(): Promise<void> {
  await until("somebody waits for a lock", async () =>
    await askPostgres(
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'transactionid'",
    ) as number > 0);
}

withTwoWorkers(
  "an id that another worker has claimed is waited for, and is a duplicate when that one commits",
  async (first, second) => {
    assertEquals(await claim(first, uuid(1), "text"), [uuid(1), "text"]);
    const waiting = claim(second, uuid(2), uuid(1), "text");
    await untilSomebodyWaits();

    await checkpoint(first, { counts: one });

    assertEquals(await waiting, [uuid(2)]);
  },
);

withTwoWorkers(
  "an id that another worker has claimed is new when that one gives it up",
  async (first, second) => {
    await claim(first, uuid(1));
    const waiting = claim(second, uuid(2), uuid(1));
    await untilSomebodyWaits();

    await first.close();

    assertEquals(await waiting, [uuid(2), uuid(1)]);
  },
);

withTwoWorkers(
  "workers that claim the same ids in any order never block each other for good",
  async (first, second) => {
    const ids = Array.from({ length: 10_000 }, () => crypto.randomUUID());
    const claimAll = async (
      ledger: PostgresLedger,
      ids: readonly string[],
    ) => {
      const fresh = await claim(ledger, ...ids);
      await checkpoint(ledger, { counts: { created: [["a", fresh.length]] } });
    };
    await Promise.all([
      claimAll(first, ids),
      claimAll(second, ids.toReversed()),
    ]);

    assertEquals((await contentOf(first)).counts, [
      ["created", [["a", 10_000]]],
    ]);
  },
);

behindProxy(
  "a commit whose answer gets lost is known to be committed",
  async (ledger, proxy) => {
    await claim(ledger, uuid(1));
    proxy.hold("toProgram");
    const committed = checkpoint(ledger, { counts: one });
    await until("it is committed", async () => await commitsIn(proxy) === 1);
    proxy.cut("program", "server");
    proxy.release();

    await committed;

    assertEquals(await contentOf(ledger), counted);
    await checkpoint(ledger, { ids: [uuid(2)] });
    assertEquals(await commitsIn(proxy), 2);
  },
);

behindProxy(
  "a commit that arrives after its worker was cut off is waited for, and counts",
  async (ledger, proxy) => {
    await claim(ledger, uuid(1));
    proxy.hold("toServer");
    const committed = checkpoint(ledger, { counts: one });
    await until("it is on its way", () => proxy.holdsSomething);
    proxy.cut("program");
    proxy.admit();
    await untilSomebodyWaits();

    proxy.release();
    await committed;

    assertEquals(await contentOf(ledger), counted);
  },
);

behindProxy(
  "a commit that never arrives has to be made anew, and then counts once",
  async (ledger, proxy) => {
    await claim(ledger, uuid(1));
    proxy.hold("toServer");
    const lost = checkpoint(ledger, { counts: one });
    await until("it is on its way", () => proxy.holdsSomething);
    proxy.cut("program", "server");
    proxy.admit();

    await assertRejects(() => lost, CheckpointLost);

    assertEquals(await knownOf(ledger, [uuid(1)]), []);
    await checkpoint(ledger, { ids: [uuid(1)], counts: one });
    assertEquals(await contentOf(ledger), counted);
  },
);

behindProxy(
  "claims are lost with the connection, and what is asked meanwhile is answered",
  async (ledger, proxy) => {
    await claim(ledger, uuid(1));
    proxy.cut("program", "server");

    assertEquals(await knownOf(ledger, [uuid(1)]), []);
    await assertRejects(
      () => checkpoint(ledger, { counts: one }),
      CheckpointLost,
    );
    assertEquals(await claim(ledger, uuid(1)), [uuid(1)]);
  },
);

Deno.test("a server that stays away is given up once, with 69", async () => {
  const proxy = new PostgresProxy(ledgerUrl());
  const ledger = await openPostgres(proxy.url, { reconnectTimeout: 2_000 });
  await ledger.beginRun(0);
  await claim(ledger, uuid(1));
  await proxy[Symbol.asyncDispose]();

  // Whether it was committed is not to be known.
  const error = await assertRejects(
    () => checkpoint(ledger, { counts: one }),
    EventCounterError,
    "--reconnect-timeout",
  );
  assertEquals(error.exitCode, 69);
  const since = performance.now();
  await assertRejects(() => claim(ledger, uuid(1)), EventCounterError);
  await ledger.close();
  assert(performance.now() - since < 1_500, "nobody waits once more");
});

withTwoWorkers(
  "a rejection whose ack may be lost is taken over once, from a worker that is gone",
  async (first, second, url) => {
    const rejected = rejection("x");
    await checkpoint(first, { rejections: [rejected, rejected] });
    await checkpoint(second, { rejections: [rejected] });
    const takenBy = (ledger: PostgresLedger) =>
      ledger.takeOverRejection(rejected.fingerprint);

    assertEquals(await takenBy(first), false);
    assertEquals(await takenBy(second), false, "it is still there");
    await checkpoint(second, { ids: ["a"] });
    await endSessionOf(url, 0);
    assertEquals(await takenBy(second), true);
    assertEquals(await takenBy(second), true);
    assertEquals(await takenBy(second), false);
    await checkpoint(second, { ids: ["b"] });
    second.settle(2);
    await checkpoint(second, { ids: ["c"] });
    assertEquals(await takenBy(first), false);
  },
);

withTwoWorkers(
  "rejections are released by one of two: the second that commits ends with 75, with nothing counted",
  async (first, second) => {
    const fails = { rejections: [rejection("x"), rejection("y")] };
    await checkpoint(first, fails);
    const places = (await Array.fromAsync(first.rejections())).flat()
      .map(({ row }) => row);
    await checkpoint(first, { counts: one, released: places.slice(1) });
    await claim(second, "a");

    const { exitCode } = await assertRejects(
      () => checkpoint(second, { counts: one, released: places }),
      EventCounterError,
      "Cannot replay 2 rejections: somebody else",
    );

    assertEquals(exitCode, 75);
    const { counts, rejections } = await contentOf(first);
    assertEquals([counts, rejections.length], [counted.counts, 1]);
    assertEquals(await claim(first, "a"), ["a"]);
  },
);

Deno.test("a run is seen at work in its own ledger alone, as long as it is connected", async () => {
  const urls = [ledgerUrl(), ledgerUrl()];
  const ledgers = await Promise.all(urls.map((url) => openPostgres(url)));
  for (const ledger of ledgers) await ledger.beginRun(0);
  const stopped = async () => {
    const address = parsePostgresAddress(urls[0]!);
    const times = { connectTimeout: 10_000, reconnectTimeout: 0 };
    const reader = await PostgresReader.open({ address, ...times });
    try {
      const [[run]] = await Array.fromAsync(reader.runs()) as [StoredRun[]];
      return [await reader.isInUse(), run?.stopped];
    } finally {
      await reader.close();
    }
  };
  assertEquals(await stopped(), [true, "running"]);
  await endSessionOf(urls[0]!, 0);
  assertEquals(await stopped(), [false, "killed"]);
  for (const ledger of ledgers) await ledger.close();
});

withTwoWorkers(
  "a stream has one reader: the second worker that commits how far it is ends with 75, with nothing counted",
  async (first, second) => {
    const at = (offset: number) =>
      new Map([["s", { offset, fingerprint: new Uint8Array(16) }]]);
    await checkpoint(first, { counts: one, positions: at(3) });
    await checkpoint(first, { positions: at(7) });

    const { exitCode } = await assertRejects(
      () => checkpoint(second, { counts: one, positions: at(9) }),
      EventCounterError,
      'stream "s": another worker',
    );

    assertEquals(exitCode, 75);
    assertEquals(await contentOf(first), counted);
    await second.beginRun(0);
    await checkpoint(second, { positions: at(1) });
  },
);

Deno.test("ids that are older than the window are forgotten, and others are not", async () => {
  const url = ledgerUrl();
  const old = await openPostgres(url);
  await old.beginRun(0);
  await checkpoint(old, { ids: [uuid(1), "old"] });
  await old.close();
  const moment = await askPostgres(
    "SELECT ceil(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
  ) as number;
  const ledger = await openPostgres(url, { forgetBefore: moment });
  const other = await openPostgres(url);
  await other.beginRun(0);
  await checkpoint(other, { ids: [uuid(2), "new"] });
  await other.close();

  await ledger.beginRun(0);

  const ids = [uuid(1), "old", uuid(2), "new"];
  assertEquals(await knownOf(ledger, ids), [uuid(2), "new"]);
  const schema = new URL(url).searchParams.get("schema");
  const forgotten = await askPostgres(`SELECT forgotten FROM ${schema}.ledger`);
  assertEquals(forgotten, 2);
  await ledger.close();
});

Deno.test("workers that start together make the schema once", async () => {
  const url = ledgerUrl();
  const ledgers = await Promise.all(
    Array.from({ length: 4 }, () => openPostgres(url)),
  );
  for (const ledger of ledgers) await ledger.close();
});

Deno.test("a schema of the first version becomes one of this by workers that start together, and keeps what is in it", async () => {
  const url = ledgerUrl();
  const old = await openPostgres(url);
  await old.beginRun(0);
  await checkpoint(old, { ids: ["a"], rejections: [rejection("x")] });
  await old.close();
  const schema = schemaOf(url);
  await askPostgres(
    `ALTER TABLE ${schema}.rejection DROP COLUMN properties`,
    `ALTER TABLE ${schema}.ledger DROP COLUMN forgotten`,
    `UPDATE ${schema}.ledger SET version = 1`,
  );

  await assertRejects(
    () =>
      PostgresReader.open({
        address: parsePostgresAddress(url),
        connectTimeout: 30_000,
        reconnectTimeout: 0,
      }),
    EventCounterError,
    `its version is 1, and the next run of count makes it ${SCHEMA_VERSION}`,
  );

  const ledgers = await Promise.all(
    Array.from({ length: 4 }, () => openPostgres(url)),
  );

  const [ledger] = ledgers as [typeof old];
  await ledger.beginRun(0);
  const properties = messageProperties("7", "gzip", undefined);
  const more = rejection("", "k", "bad_id", 1, properties);
  await checkpoint(ledger, { rejections: [more] });
  assertEquals(await knownOf(ledger, ["a"]), ["a"]);
  const { rejections } = await contentOf(ledger);
  assertEquals(rejections, [rejection("x"), more]);
  for (const ledger of ledgers) await ledger.close();
  const version = await askPostgres(`SELECT version FROM ${schema}.ledger`);
  assertEquals(version, SCHEMA_VERSION);
});

function schemaOf(url: string): string {
  return new URL(url).searchParams.get("schema")!;
}

async function assertRefused(url: string, exitCode: number, words: string) {
  const error = await assertRejects(
    () => openPostgres(url, { connectTimeout: 300 }),
    EventCounterError,
    words,
  );
  assertEquals(error.exitCode, exitCode, error.message);
  const { password } = new URL(url);
  assert(password === "" || !error.message.includes(password), error.message);
}

/** A ledger's URL with something changed. */
function changed(change: (url: URL) => void): string {
  const url = new URL(ledgerUrl());
  change(url);
  return url.href;
}

Deno.test("a login that is refused ends with 77, a server that is not there with 69", async () => {
  await assertRefused(changed((url) => url.password = "wrong"), 77, "password");
  await assertRefused(changed((url) => url.password = ""), 77, "PGPASSWORD");
  await assertRefused(changed((url) => url.pathname = "/none"), 77, '"none"');
  await assertRefused(changed((url) => url.port = "1"), 69, "--connect-ti");
  const verified = changed((url) => url.search += "&sslmode=verify-full");
  await assertRefused(verified, 77, "SSL");
});

Deno.test("where no option sets how long to try for a server, its error tells to raise none", async () => {
  const url = changed((url) => url.port = "1");
  const times = { connectTimeout: 300, areFixed: true };
  const error = await assertRejects(() => openPostgres(url, times));
  assertMatch(String(error), /tried for 0.3 s; check that it .* reachable$/);
});

Deno.test("a schema of another program or of a later version ends with 65", async () => {
  const url = ledgerUrl();
  const schema = schemaOf(url);
  await askPostgres(`CREATE SCHEMA ${schema}`, `CREATE TABLE ${schema}.x ()`);
  await assertRefused(url, 65, "holds something else");
  const later = ledgerUrl();
  await (await openPostgres(later)).close();
  await askPostgres(
    `UPDATE ${schemaOf(later)}.ledger SET version = version + 1`,
  );
  await assertRefused(later, 65, `its version is ${SCHEMA_VERSION + 1}`);
});
