import { assertEquals, assertRejects } from "@std/assert";
import { EventCounterError } from "../../src/model/errors.ts";
import type { UserCount } from "../../src/model/counts.ts";
import { Snapshot } from "../../src/output/snapshot.ts";
import { rejection } from "../support/ledger_content.ts";
import { content, filesIn } from "../support/snapshot_content.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();
const { permissions } = folder;

const TYPES = ["created", "updated", "deleted"];

/** What JSON.stringify makes of it; such an object has no special members. */
function rendered(users: readonly UserCount[]): string {
  const object = Object.create(null);
  for (const [user, count] of users) object[user] = count;
  return JSON.stringify(object, null, 2) + "\n";
}

const users: UserCount[] = [
  ["\0", 7],
  ["__proto__", 1],
  ['a"\\\n', 2],
  ["constructor", 3],
  ["john.doe@example.com", 4_000_000_000],
  ["\u{fffd}", 5],
  ["\u{1f600}", 6],
];

Deno.test("prepare() makes the folder, and leaves nothing in it", {
  permissions,
}, async () => {
  const place = `${folder.make()}/not/there/yet`;

  await new Snapshot(place, TYPES).prepare();
  await new Snapshot(place, TYPES).prepare();

  assertEquals(filesIn(place), {});
});

Deno.test("prepare() refuses a folder that cannot be made with exit code 73", {
  permissions,
}, async () => {
  const place = folder.make();
  Deno.writeTextFileSync(`${place}/file`, "");

  for (const path of [`${place}/file`, `${place}/file/folder`]) {
    await assertRefused(path);
  }
});

Deno.test(
  "prepare() refuses a folder that is there but cannot be written with exit code 73",
  {
    // Deno opens /proc only to those who may do everything.
    permissions: "inherit",
  },
  async () => {
    // Permission bits do not bind root, but nobody makes files there. Elsewhere
    // than on Linux it is a folder that only root can make.
    await assertRefused("/proc");
  },
);

async function assertRefused(path: string): Promise<void> {
  const error = await assertRejects(
    () => new Snapshot(path, TYPES).prepare(),
    EventCounterError,
    `Cannot write "${path}": `,
  );
  assertEquals(error.exitCode, 73, path);
}

Deno.test(
  "prepare() removes temporary files whose writer is lost, and nothing else",
  { permissions },
  async () => {
    const place = folder.make();
    const make = (name: string, age: number) => {
      Deno.writeTextFileSync(`${place}/${name}`, "half");
      const then = new Date(Date.now() - age);
      Deno.utimeSync(`${place}/${name}`, then, then);
    };
    make(".created.json.aaaaaaaa.eventcounter-tmp", 61_000);
    make(".created.json.bbbbbbbb.eventcounter-tmp", 30_000);
    make(".other", 1e9);
    make("created.json.eventcounter-tmp", 1e9);
    make("created.json", 1e9);

    await new Snapshot(place, TYPES).prepare();

    assertEquals(Object.keys(filesIn(place)), [
      ".created.json.bbbbbbbb.eventcounter-tmp",
      ".other",
      "created.json",
      "created.json.eventcounter-tmp",
    ]);
  },
);

Deno.test("write() gives each type a file as JSON.stringify would", {
  permissions,
}, async () => {
  const place = folder.make();
  const counts: [string, UserCount[]][] = [
    ["updated", [["a", 1]]],
    ["created", users],
    ["__proto__", [["a", 2], ["b", 3]]],
    ["constructor", users.slice(0, 4)],
  ];

  const { files, types } = await new Snapshot(place, TYPES)
    .write(content(counts));

  const expected = new Map(
    counts.map(([type, users]) => [`${type}.json`, rendered(users)]),
  );
  assertEquals(new Map(Object.entries(filesIn(place))), expected);
  const sorted = ["__proto__", "constructor", "created", "updated"];
  assertEquals(files, sorted.map((type) => `${place}/${type}.json`));
  assertEquals([...types], [
    ["__proto__", { events: 5, users: 2 }],
    ["constructor", { events: 13, users: 4 }],
    ["created", { events: 4_000_000_024, users: 7 }],
    ["updated", { events: 1, users: 1 }],
  ]);
});

Deno.test("write() keeps the order of users whose names are numbers", {
  permissions,
}, async () => {
  const place = folder.make();

  await new Snapshot(place, TYPES)
    .write(content([["created", [["10", 1], ["9", 2], ["A", 3]]]]));

  assertEquals(filesIn(place), {
    "created.json": '{\n  "10": 1,\n  "9": 2,\n  "A": 3\n}\n',
  });
});

Deno.test("write() makes no file of nothing", { permissions }, async () => {
  const place = folder.make();

  const result = await new Snapshot(place, TYPES).write(content([]));

  assertEquals(filesIn(place), {});
  assertEquals([result.files, result.types], [[], new Map()]);
});

Deno.test(
  "write() leaves files alone that are right already",
  { permissions },
  async () => {
    const place = folder.make();
    const snapshot = new Snapshot(place, TYPES);
    const ledger = content([["created", users]], [rejection("no JSON")]);
    const first = await snapshot.write(ledger);
    const past = new Date(1_000_000_000_000);
    const stamps = () =>
      first.files.map((path) => {
        const { ino, mtime } = Deno.statSync(path);
        return [path, ino, mtime];
      });
    for (const path of first.files) Deno.utimeSync(path, past, past);
    const before = stamps();

    const second = await snapshot.write(ledger);

    assertEquals(second, first);
    assertEquals(stamps(), before);
  },
);

Deno.test(
  "write() repairs files that a crash has left behind",
  { permissions },
  async () => {
    const whole = rendered(users);
    for (
      const left of [
        "",
        whole.slice(0, 20),
        whole + "x",
        "{}\n",
        rendered([["a", 1]]),
      ]
    ) {
      const place = folder.make();
      Deno.writeTextFileSync(`${place}/created.json`, left);

      await new Snapshot(place, TYPES).write(content([["created", users]]));

      assertEquals(filesIn(place), { "created.json": whole });
    }
  },
);

Deno.test("write() removes the counts of an earlier ledger, and only those", {
  permissions,
}, async () => {
  const place = folder.make();
  const others = {
    "deleted.json": rendered([["a", 1], ["__proto__", 2]]),
    "other.json": rendered([["a", 1]]),
  };
  for (const [name, text] of Object.entries(others)) {
    Deno.writeTextFileSync(`${place}/${name}`, text);
  }

  await new Snapshot(place, TYPES).write(content([["created", users]]));

  assertEquals(filesIn(place), {
    "created.json": rendered(users),
    "other.json": others["other.json"],
  });
});

Deno.test(
  "write() leaves a file alone that has a type's name but no counts in it",
  { permissions },
  async () => {
    for (
      const text of [
        "",
        "Dear diary",
        "[1]",
        "null",
        "1",
        '{"a":"1"}',
        '{"a":1.5}',
        '{"a":1',
      ]
    ) {
      const place = folder.make();
      Deno.writeTextFileSync(`${place}/deleted.json`, text);

      await new Snapshot(place, TYPES).write(content([]));

      assertEquals(filesIn(place), { "deleted.json": text });
    }
  },
);
