/** What every ledger promises, whatever it keeps its content in. */
import { assertEquals } from "@std/assert";
import type { Ledger } from "../../src/ledger/ledger.ts";
import type { UserCount } from "../../src/model/counts.ts";
import { ledgerAdapters } from "../support/ledger_adapters.ts";
import {
  checkpoint,
  claim,
  contentOf,
  countsOf,
  fileNote,
  knownOf,
  rejection,
  rejectionsOf,
} from "../support/ledger_content.ts";
import { messageProperties } from "../../src/model/message_properties.ts";
import { uuid } from "../support/messages.ts";
import { postgresAdapter } from "../support/postgres_place.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

/** Registers a test for each ledger there is. */
function test(promise: string, run: (ledger: Ledger) => Promise<void>): void {
  const adapters = [...ledgerAdapters, postgresAdapter];
  for (const { name, open, permissions } of adapters) {
    Deno.test(`${name}: ${promise}`, {
      permissions: { ...folder.permissions, ...permissions },
    }, async () => {
      const ledger = await open(folder.make());
      try {
        await ledger.beginRun(0);
        await run(ledger);
      } finally {
        await ledger.close();
      }
    });
  }
}

test("a checkpoint shows in types, counts and rejections", async (ledger) => {
  assertEquals(await contentOf(ledger), { counts: [], rejections: [] });
  assertEquals(await countsOf(ledger, "created"), []);
  assertEquals(await ledger.busiest(10), []);
  const rejections = [rejection("no JSON"), rejection("[]")];
  await checkpoint(ledger, {
    ids: [uuid(1), uuid(2), "text"],
    counts: { created: [["b", 1], ["a", 1]], deleted: [["a", 1]] },
    rejections,
  });

  assertEquals(await contentOf(ledger), {
    counts: [["created", [["a", 1], ["b", 1]]], ["deleted", [["a", 1]]]],
    rejections,
  });
});

test("sums of more than 64 checkpoints and 32 bits are right", async (ledger) => {
  const expected = new Map<string, number>();
  for (let i = 0; i < 150; i++) {
    const user = `user ${i % 7}`;
    const count = i * 3e7;
    await checkpoint(ledger, { counts: { created: [[user, count]] } });
    expected.set(user, (expected.get(user) ?? 0) + count);
  }

  assertEquals(await countsOf(ledger, "created"), [...expected].sort());
});

test("the busiest users are those with the most events over all types", async (ledger) => {
  await checkpoint(ledger, {
    counts: {
      created: [["ann", 3], ["bob", 4], ["ü", 1], ["__proto__", 1]],
      deleted: [["ann", 2], ["eve", 5], ["a", 1]],
      updated: [["dan", 4]],
    },
  });
  assertEquals(await ledger.busiest(4), [
    { user: "ann", events: 5 },
    { user: "eve", events: 5 },
    { user: "bob", events: 4 },
    { user: "dan", events: 4 },
  ]);
  assertEquals((await ledger.busiest(10)).slice(4).map(({ user }) => user), [
    "__proto__",
    "a",
    "ü",
  ]);
});

test("a user of any name is a user like any other, sorted by code point", async (ledger) => {
  const users = [
    ...["\0", " ", "'; DROP TABLE total; --", "1e3", "Z", "__proto__"],
    ...["a", "a\0", "a\0b", "aa", "ab", "b", "constructor", "null"],
    ...["toString", "u".repeat(200), "\u{7f}", "\u{80}", "ü".repeat(100)],
    ...["\u{d7ff}", "\u{e000}", "\ufeffa", "\u{fffd}", "\u{ffff}"],
    ...["\u{10000}", "\u{1f600}", "\u{1f600}a", "\u{10ffff}"],
  ].map((user, i): UserCount => [user, i + 1]);
  for (let i = 0; i < 2; i++) {
    await checkpoint(ledger, { counts: { created: users.toReversed() } });
  }

  assertEquals(
    await countsOf(ledger, "created"),
    users.map(([user, count]) => [user, 2 * count]),
  );
});

test("more users than a page holds all come, in order", async (ledger) => {
  const users = Array.from(
    { length: 2_500 },
    (_, i): UserCount => [`user ${String(i).padStart(5, "0")}`, i + 1],
  );
  await checkpoint(
    ledger,
    { counts: { created: users.toReversed(), updated: [["a", 1]] } },
  );

  assertEquals(await countsOf(ledger, "created"), users);
});

test("more rejections than a page holds all come, in order, or those behind any", async (ledger) => {
  const rejections = Array.from(
    { length: 2_500 },
    (_, i) => rejection(`body ${i}`, `key ${i % 3}`),
  );
  await checkpoint(ledger, { rejections: rejections.slice(0, 1_200) });
  await checkpoint(ledger, { rejections: rejections.slice(1_200) });

  assertEquals(await rejectionsOf(ledger), rejections);
  const rows = rejections.map((_, i) => i + 1);
  for (const after of [1, 2_499, 2_500]) {
    const rest = (await Array.fromAsync(ledger.rejections(after))).flat();
    assertEquals(rest.map(({ row }) => row), rows.slice(after));
  }
});

test("a rejection keeps every byte and every character", async (ledger) => {
  const rejections = [
    rejection(""),
    rejection(new Uint8Array(256).map((_, byte) => byte)),
    rejection("a\0b", "a\0b", "bad_routing_key", 1_767_225_600_123),
    rejection("\u{1f600}", "\u{1f600}.event.x", "unknown_type"),
    rejection("x", "\ud83d.event.created", "bad_routing_key"),
    rejection("x", "", "bad_routing_key"),
    rejection(new Uint8Array(1_100_000), "a.event.created", "body_too_large"),
    ...["1", "\0\ud83d"].map((id) =>
      rejection(
        "x",
        "k",
        "bad_id",
        1,
        messageProperties(id, "gzip", { [id]: id, __proto: -0.5, no: null }),
      )
    ),
  ];
  await checkpoint(ledger, { rejections });

  assertEquals(await rejectionsOf(ledger), rejections);
});

test("an id is new to one claim only: in a call, in a checkpoint, and for ever", async (ledger) => {
  const [one, two, three, four, five] = [1, 2, 3, 4, 5].map(uuid);
  const ids = [one!, "one", two!, one!, "one", uuid(0), ""];
  assertEquals(
    await claim(ledger, ...ids),
    [one, "one", two, uuid(0), ""],
  );
  assertEquals(await claim(ledger, two!, three!, "one"), [three]);
  await checkpoint(ledger, { ids: [three!, four!] });
  assertEquals(await claim(ledger, ...ids, four!, five!), [five]);
  assertEquals(
    await knownOf(ledger, [five!, uuid(6), "two", "one"]),
    [five, "one"],
  );
});

test("claims that were not committed are forgotten", async (ledger) => {
  await claim(ledger, uuid(1), "one");
  await ledger.beginRun(1);

  assertEquals(await claim(ledger, uuid(1), "one"), [uuid(1), "one"]);
});

test("totals() adds the counts of a type up", async (ledger) => {
  assertEquals(await ledger.totals("created"), { events: 0, users: 0 });
  await checkpoint(ledger, { counts: { created: [["a", 2], ["b", 3]] } });
  await checkpoint(ledger, {
    counts: { created: [["a", 4]], deleted: [["c", 1]] },
  });

  assertEquals(await ledger.totals("created"), { events: 9, users: 2 });
  assertEquals(await ledger.totals("deleted"), { events: 1, users: 1 });
});

test("what is noted of a file replaces what was known of it, and of no other", async ({ files }) => {
  const of = (shows: number) => fileNote("/a", "created.json", shows);
  const other = fileNote("/a", "deleted.json", 1);
  const known = async (name: string) => {
    const notes = await files.find(name);
    return notes.map(({ folder, shows }) => `${folder} ${shows}`).sort();
  };
  assertEquals(await known("created.json"), []);

  await files.keep([of(1), other]);
  await files.keep([fileNote("/b", "created.json", 1)]);
  assertEquals(await known("created.json"), ["/a 1", "/b 1"]);
  await files.keep([of(1), of(2)]);
  assertEquals(await known("created.json"), ["/a 1", "/a 2", "/b 1"]);
  await files.keep([of(2)]);
  assertEquals(await known("created.json"), ["/a 2", "/b 1"]);

  assertEquals(await files.find("deleted.json"), [other]);
});
