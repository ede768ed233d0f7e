import { assertEquals, assertRejects } from "@std/assert";
import { MemoryFileNotes } from "../../src/ledger/memory/memory_file_notes.ts";
import { EventCounterError } from "../../src/model/errors.ts";
import type { UserCount } from "../../src/model/counts.ts";
import { Snapshot } from "../../src/output/snapshot.ts";
import { rejection } from "../support/ledger_content.ts";
import { recordFileSteps } from "../support/file_steps.ts";
import { content, filesIn } from "../support/snapshot_content.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

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

folder.test("prepare() makes the folder, and leaves nothing in it", async () => {
  const place = `${folder.make()}/not/there/yet`;

  await new Snapshot(place, TYPES).prepare();
  await new Snapshot(place, TYPES).prepare();

  assertEquals(filesIn(place), {});
});

folder.test("prepare() syncs each folder it makes in its parent", async () => {
  const place = folder.make();
  const steps = await recordFileSteps(() =>
    new Snapshot(`${place}/not/there`, TYPES).prepare()
  );

  assertEquals(steps.filter((step) => step.startsWith("sync")), [
    `sync ${place}/not`,
    `sync ${place}`,
  ]);
});

folder.test("prepare() refuses a folder that cannot be made with exit code 73", async () => {
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

folder.test("prepare() removes temporary files whose writer is lost, and nothing else", async () => {
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
});

folder.test("write() gives each type a file as JSON.stringify would", async () => {
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

folder.test("write() keeps the order of users whose names are numbers", async () => {
  const place = folder.make();

  await new Snapshot(place, TYPES)
    .write(content([["created", [["10", 1], ["9", 2], ["A", 3]]]]));

  assertEquals(filesIn(place), {
    "created.json": '{\n  "10": 1,\n  "9": 2,\n  "A": 3\n}\n',
  });
});

folder.test("write() makes no file of nothing", async () => {
  const place = folder.make();

  const result = await new Snapshot(place, TYPES).write(content([]));

  assertEquals(filesIn(place), {});
  assertEquals([result.files, result.types], [[], new Map()]);
});

const first: [string, UserCount[]][] = [["created", users]];
const second: [string, UserCount[]][] = [
  ["created", [...users, ["\u{1f601}", 1]]],
  ["deleted", [["a", 1]]],
];

folder.test("write() leaves files alone that are right already, unread", async () => {
  const place = folder.make();
  const snapshot = new Snapshot(place, TYPES);
  const ledger = content(first, [rejection("no JSON")]);
  const before = await snapshot.write(ledger);

  const steps = await recordFileSteps(async () => {
    assertEquals(await snapshot.write(ledger), before);
  });

  assertEquals(steps, []);
});

folder.test("write() knows its files again in a copy of the folder", async () => {
  const place = folder.make();
  const copy = folder.make();
  const notes = new MemoryFileNotes();
  await new Snapshot(place, TYPES).write(content(first, [], notes));
  for (const name of Object.keys(filesIn(place))) {
    Deno.copyFileSync(`${place}/${name}`, `${copy}/${name}`);
    Deno.utimeSync(`${copy}/${name}`, 1, 1);
  }
  const snapshot = new Snapshot(copy, TYPES);

  await snapshot.write(content(first, [], notes));
  const steps = await recordFileSteps(() =>
    snapshot.write(content(first, [], notes))
  );
  await snapshot.write(content(second, [], notes));

  assertEquals(steps, [], "it is read once");
  assertEquals(Object.keys(filesIn(copy)), ["created.json", "deleted.json"]);
});

folder.test("write() notes old and new content before a name changes, when all of it is on disk, and syncs the names", async () => {
  const place = folder.make();
  const notes = new MemoryFileNotes();
  const snapshot = new Snapshot(place, TYPES);
  await snapshot.write(content(first, [], notes));

  const steps = await recordFileSteps(async (steps) => {
    const keep = notes.keep.bind(notes);
    notes.keep = async (kept) => {
      await keep(kept);
      steps.push(`note ${kept.map(({ name, shows }) => `${name} ${shows}`)}`);
    };
    await snapshot.write(content(second, [], notes));
  });

  assertEquals(steps.filter((step) => !step.startsWith("open")), [
    `sync ${place}/draft of created.json`,
    `sync ${place}/draft of deleted.json`,
    "note created.json 4000000025,created.json 4000000024,deleted.json 1",
    `rename to ${place}/created.json`,
    `rename to ${place}/deleted.json`,
    `sync ${place}`,
  ]);
});

for (const renamesBefore of [0, 1]) {
  folder.test(`write() repairs files that a crash has left behind after ${renamesBefore} renames, twice over`, async () => {
    const place = folder.make();
    const notes = new MemoryFileNotes();
    const snapshot = new Snapshot(place, TYPES);
    await snapshot.write(content(first, [], notes));
    for (const more of [1, 2]) {
      const counts = second.map(([type, users]): [string, UserCount[]] => [
        type,
        [...users, ["\u{1f602}", more]],
      ]);
      await crashAfterRenames(
        renamesBefore,
        () => snapshot.write(content(counts, [], notes)),
      );
    }

    await snapshot.write(content(second, [], notes));

    assertEquals(filesIn(place), {
      "created.json": rendered(second[0]![1]),
      "deleted.json": rendered(second[1]![1]),
    });
  });
}

async function crashAfterRenames(
  number: number,
  run: () => Promise<unknown>,
): Promise<void> {
  const { rename } = Deno;
  let left = number;
  Deno.rename = (from, to) =>
    left-- > 0 ? rename(from, to) : Promise.reject(new Error("crash"));
  try {
    await assertRejects(run, EventCounterError, "crash");
  } finally {
    Deno.rename = rename;
  }
}

/** Things that stand where a file is to be written, and are not the ledger's. */
const strangers: Readonly<Record<string, (path: string) => void>> = {
  "a text": (path) => Deno.writeTextFileSync(path, "Dear diary"),
  "counts of another ledger": (path) =>
    Deno.writeTextFileSync(path, rendered([["a", 1]])),
  "a changed file of the ledger's": (path) =>
    Deno.writeTextFileSync(path, rendered(users) + "x"),
  "a folder": (path) => Deno.mkdirSync(path),
};

for (const [what, make] of Object.entries(strangers)) {
  folder.test(`write() sets ${what} aside under a name with the time`, async () => {
    const place = folder.make();
    const path = `${place}/created.json`;
    const notes = new MemoryFileNotes();
    const snapshot = new Snapshot(place, TYPES);
    await snapshot.write(content(first, [], notes));
    const inodes: unknown[] = [];
    for (const counts of [first, second]) {
      Deno.removeSync(path);
      make(path);
      inodes.push(Deno.statSync(path).ino);

      await snapshot.write(content(counts, [], notes));

      assertEquals(Deno.readTextFileSync(path), rendered(counts[0]![1]));
    }

    const kept = [...Deno.readDirSync(place)]
      .filter(({ name }) =>
        /^created\.json\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(\.2)?$/.test(name)
      )
      .map(({ name }) => Deno.statSync(`${place}/${name}`).ino);
    assertEquals(kept.sort(), inodes.sort());
  });
}

folder.test("write() takes a file over that has its very content already", async () => {
  const place = folder.make();
  await new Snapshot(place, TYPES).write(content(first));

  await new Snapshot(place, TYPES).write(content(first));

  assertEquals(filesIn(place), { "created.json": rendered(users) });
});

folder.test("write() sets counts of another ledger aside that would stand beside its own, and only those", async () => {
  const place = folder.make();
  const others = {
    "deleted.json": rendered([["a", 1], ["__proto__", 2]]),
    "other.json": rendered([["a", 1]]),
  };
  for (const [name, text] of Object.entries(others)) {
    Deno.writeTextFileSync(`${place}/${name}`, text);
  }

  await new Snapshot(place, TYPES).write(content(first));

  const [created, deleted, other] = Object.entries(filesIn(place));
  assertEquals(created, ["created.json", rendered(users)]);
  assertEquals(deleted![0].startsWith("deleted.json.20"), true, deleted![0]);
  assertEquals(deleted![1], others["deleted.json"]);
  assertEquals(other, ["other.json", others["other.json"]]);
});

folder.test("write() leaves a file alone that has a type's name but no counts in it", async () => {
  for (
    const text of [
      "",
      "Dear diary",
      "[1]",
      "null",
      rendered([["a", 1.5]]),
      rendered([["a", 1]]).slice(0, -3),
    ]
  ) {
    const place = folder.make();
    Deno.writeTextFileSync(`${place}/deleted.json`, text);

    await new Snapshot(place, TYPES).write(content([]));

    assertEquals(filesIn(place), { "deleted.json": text });
  }
});
