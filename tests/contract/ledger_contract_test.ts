/** What every ledger promises, whatever it keeps its content in. */
import { assertEquals } from "@std/assert";
import type { Ledger } from "../../src/ledger/ledger.ts";
import type { UserCount } from "../../src/model/counts.ts";
import type { FileNote } from "../../src/model/file_note.ts";
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
function test(
  promise: string,
  run: (ledger: Ledger) => Promise<void>,
): void {
  for (
    const { name, open, permissions } of [...ledgerAdapters, postgresAdapter]
  ) {
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

test("a new one is empty", async (ledger) => {
  assertEquals(await contentOf(ledger), { counts: [], rejections: [] });
  assertEquals(await countsOf(ledger, "created"), []);
});

test("a checkpoint shows in types, counts and rejections", async (ledger) => {
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

test("sums of more than 64 checkpoints are right", async (ledger) => {
  const expected = new Map<string, number>();
  for (let i = 0; i < 150; i++) {
    const user = `user ${i % 7}`;
    await checkpoint(ledger, {
      ids: [uuid(i)],
      counts: { created: [[user, i]] },
    });
    expected.set(user, (expected.get(user) ?? 0) + i);
  }

  assertEquals(await countsOf(ledger, "created"), [...expected].sort());
});

test("counts are sorted by code point", async (ledger) => {
  const sorted = [
    "\0",
    "Z",
    "a",
    "a\0",
    "a\0b",
    "aa",
    "ab",
    "b",
    "\u{7f}",
    "\u{80}",
    "\u{d7ff}",
    "\u{e000}",
    "\u{fffd}",
    "\u{ffff}",
    "\u{10000}",
    "\u{1f600}",
    "\u{1f600}a",
    "\u{10ffff}",
  ].map((user, i): UserCount => [user, i + 1]);
  await checkpoint(ledger, {
    counts: { created: sorted.toReversed() },
  });

  assertEquals(await countsOf(ledger, "created"), sorted);
});

test("a user of any name is a user like any other", async (ledger) => {
  const users = [
    "__proto__",
    "constructor",
    "toString",
    "a\0b",
    "a",
    "\ufeffa",
    " ",
    "'; DROP TABLE total; --",
    "u".repeat(200),
    "ü".repeat(100),
    "1e3",
    "null",
  ].map((user): UserCount => [user, user.length]);
  await checkpoint(ledger, { counts: { created: users } });
  await checkpoint(ledger, { counts: { created: users } });

  assertEquals(
    new Map(await countsOf(ledger, "created")),
    new Map(users.map(([user, count]) => [user, 2 * count])),
  );
});

test("a count may be larger than 32 bits", async (ledger) => {
  for (let i = 0; i < 2; i++) {
    await checkpoint(ledger, { counts: { created: [["a", 3e9]] } });
  }

  assertEquals(await countsOf(ledger, "created"), [["a", 6e9]]);
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

test("more rejections than a page holds all come, in order", async (ledger) => {
  const rejections = Array.from(
    { length: 2_500 },
    (_, i) => rejection(`body ${i}`, `key ${i % 3}`),
  );
  await checkpoint(ledger, { rejections: rejections.slice(0, 1_200) });
  await checkpoint(ledger, { rejections: rejections.slice(1_200) });

  assertEquals(await rejectionsOf(ledger), rejections);
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

test(
  "an id is new to one claim only: in a call, in a checkpoint, and for ever",
  async (ledger) => {
    const ids = [uuid(1), "one", uuid(2), uuid(1), "one", uuid(0), ""];
    assertEquals(await claim(ledger, ...ids), [
      uuid(1),
      "one",
      uuid(2),
      uuid(0),
      "",
    ]);
    assertEquals(await claim(ledger, uuid(2), uuid(3), "one"), [uuid(3)]);
    await checkpoint(ledger, { ids: [uuid(3), uuid(4)] });
    assertEquals(await claim(ledger, ...ids, uuid(4), uuid(5)), [uuid(5)]);
    assertEquals(await knownOf(ledger, [uuid(5), uuid(6), "two", "one"]), [
      uuid(5),
      "one",
    ]);
  },
);

test("claims that were not committed are forgotten", async (ledger) => {
  await claim(ledger, uuid(1), "one");
  await ledger.beginRun(1);

  assertEquals(await claim(ledger, uuid(1), "one"), [uuid(1), "one"]);
});

test("the end of a run can be noted", async (ledger) => {
  const run = { unique: 1, duplicates: 2, rejected: 3 };
  await ledger.endRun({ ...run, endedAt: 1, stopped: "idle" });
  await ledger.beginRun(2);
  await checkpoint(ledger, { counts: { created: [["a", 1]] } });
  await ledger.endRun({ ...run, endedAt: 3, stopped: "signal" });

  assertEquals(await countsOf(ledger, "created"), [["a", 1]]);
});

test("rejections can be read on from where one left off", async (ledger) => {
  const rejections = ["a", "b", "c"].map((body) => rejection(body));
  await checkpoint(ledger, { rejections });

  for (let after = 0; after <= 3; after++) {
    assertEquals(
      (await Array.fromAsync(ledger.rejections(after))).flat(),
      rejections.slice(after),
    );
  }
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

test(
  "what is noted of a file replaces what was known of it, and of no other",
  async ({ files }) => {
    const [before, after] = [1, 2].map((shows) =>
      fileNote("/a", "created.json", shows)
    ) as [FileNote, FileNote];
    const elsewhere = fileNote("/b", "created.json", 1);
    const other = fileNote("/a", "deleted.json", 1);
    const known = async (name: string) => {
      const notes = await files.find(name);
      return notes.map(({ folder, shows }) => `${folder} ${shows}`).sort();
    };
    assertEquals(await known("created.json"), []);

    await files.keep([before, other]);
    await files.keep([elsewhere]);
    assertEquals(await known("created.json"), ["/a 1", "/b 1"]);
    await files.keep([before, after]);
    assertEquals(await known("created.json"), ["/a 1", "/a 2", "/b 1"]);
    await files.keep([after]);
    assertEquals(await known("created.json"), ["/a 2", "/b 1"]);

    assertEquals(await files.find("deleted.json"), [other]);
  },
);
