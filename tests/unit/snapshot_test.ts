import { assertEquals, assertRejects } from "@std/assert";
import { EventCounterError } from "../../src/model/errors.ts";
import type { UserCount } from "../../src/model/counts.ts";
import { rejection } from "../support/ledger_content.ts";
import { recordFileSteps } from "../support/file_steps.ts";
import { type Counts, OutputFolder } from "../support/snapshot_content.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

const newOutput = () => new OutputFolder(folder.make());

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

const first: Counts = [["created", users]];
const second: Counts = [
  ["created", [...users, ["\u{1f601}", 1]]],
  ["deleted", [["a", 1]]],
];

folder.test("prepare() makes the folder, and leaves nothing in it", async () => {
  const output = new OutputFolder(`${folder.make()}/not/there/yet`);

  await output.prepare();
  await output.prepare();

  assertEquals(output.files, {});
});

folder.test("prepare() syncs each folder it makes in its parent", async () => {
  const place = folder.make();
  const steps = await recordFileSteps(() =>
    new OutputFolder(`${place}/not/there`).prepare()
  );

  assertEquals(steps.filter((step) => step.startsWith("sync")), [
    `sync ${place}/not`,
    `sync ${place}`,
  ]);
});

Deno.test(
  "prepare() refuses a folder that cannot be made or written with exit code 73",
  {
    // Deno opens /proc only to those who may do everything.
    permissions: "inherit",
  },
  async () => {
    const output = newOutput();
    output.put("file", "");

    // Permission bits do not bind root, but nobody makes files in /proc.
    // Elsewhere than on Linux it is a folder that only root can make.
    const { path } = output;
    for (const place of [`${path}/file`, `${path}/file/folder`, "/proc"]) {
      const error = await assertRejects(
        () => new OutputFolder(place).prepare(),
        EventCounterError,
        `Cannot write "${place}": `,
      );
      assertEquals(error.exitCode, 73, place);
    }
  },
);

folder.test("the first write() removes temporary files whose writer is lost, and nothing else", async () => {
  const output = newOutput();
  const kept = [
    ".created.json.bbbbbbbb.eventcounter-tmp",
    ".other",
    "created.json",
    "created.json.eventcounter-tmp",
  ];
  for (const name of [".created.json.aaaaaaaa.eventcounter-tmp", ...kept]) {
    output.put(name, "half");
    const age = name === kept[0] ? 30_000 : 61_000;
    const then = new Date(Date.now() - age);
    Deno.utimeSync(`${output.path}/${name}`, then, then);
  }

  await output.write();

  assertEquals(Object.keys(output.files), kept);
});

folder.test("write() gives each type a file as JSON.stringify would", async () => {
  const output = newOutput();
  const counts: Counts = [
    ["updated", [["a", 1]]],
    ["created", users],
    ["__proto__", [["a", 2], ["b", 3]]],
    ["constructor", users.slice(0, 4)],
  ];

  const { files, types } = await output.write(counts);

  const expected = new Map(
    counts.map(([type, users]) => [`${type}.json`, rendered(users)]),
  );
  assertEquals(new Map(Object.entries(output.files)), expected);
  const sorted = ["__proto__", "constructor", "created", "updated"];
  assertEquals(files, sorted.map((type) => `${output.path}/${type}.json`));
  assertEquals([...types], [
    ["__proto__", { events: 5, users: 2 }],
    ["constructor", { events: 13, users: 4 }],
    ["created", { events: 4_000_000_024, users: 7 }],
    ["updated", { events: 1, users: 1 }],
  ]);
});

folder.test("write() keeps the order of users whose names are numbers", async () => {
  const output = newOutput();

  await output.write([["created", [["10", 1], ["9", 2], ["A", 3]]]]);

  assertEquals(output.files, {
    "created.json": '{\n  "10": 1,\n  "9": 2,\n  "A": 3\n}\n',
  });
});

folder.test("write() leaves files alone that are right already, unread", async () => {
  const output = newOutput();
  const write = () => output.write(first, [rejection("no JSON")]);
  const before = await write();

  const steps = await recordFileSteps(async () => {
    assertEquals(await write(), before);
  });

  assertEquals(steps, []);
});

folder.test("write() knows its files again in a copy of the folder", async () => {
  const output = newOutput();
  await output.write(first);
  const copy = new OutputFolder(folder.make(), output.notes);
  for (const [name, text] of Object.entries(output.files)) {
    copy.put(name, text);
    Deno.utimeSync(`${copy.path}/${name}`, 1, 1);
  }

  await copy.write(first);
  const steps = await recordFileSteps(() => copy.write(first));
  await copy.write(second);

  assertEquals(steps, [], "it is read once");
  assertEquals(Object.keys(copy.files), ["created.json", "deleted.json"]);
});

folder.test("write() notes old and new content before a name changes, when all of it is on disk, and syncs the names", async () => {
  const output = newOutput();
  const { path, notes } = output;
  await output.write(first);

  const steps = await recordFileSteps(async (steps) => {
    const keep = notes.keep.bind(notes);
    notes.keep = async (kept) => {
      await keep(kept);
      steps.push(`note ${kept.map(({ name, shows }) => `${name} ${shows}`)}`);
    };
    await output.write(second);
  });

  assertEquals(steps.filter((step) => !step.startsWith("open")), [
    `sync ${path}/draft of created.json`,
    `sync ${path}/draft of deleted.json`,
    "note created.json 4000000025,created.json 4000000024,deleted.json 1",
    `rename to ${path}/created.json`,
    `rename to ${path}/deleted.json`,
    `sync ${path}`,
  ]);
});

for (const renamesBefore of [0, 1]) {
  folder.test(`write() repairs files that a crash has left behind after ${renamesBefore} renames, twice over`, async () => {
    const output = newOutput();
    await output.write(first);
    for (const more of [1, 2]) {
      const counts = second.map(([type, users]): Counts[number] => [
        type,
        [...users, ["\u{1f602}", more]],
      ]);
      await crashAfterRenames(renamesBefore, () => output.write(counts));
    }

    await output.write(second);

    assertEquals(output.files, {
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
    const output = newOutput();
    const path = `${output.path}/created.json`;
    await output.write(first);
    const inodes: unknown[] = [];
    for (const counts of [first, second]) {
      Deno.removeSync(path);
      make(path);
      inodes.push(Deno.statSync(path).ino);

      await output.write(counts);

      assertEquals(Deno.readTextFileSync(path), rendered(counts[0]![1]));
    }

    const kept = [...Deno.readDirSync(output.path)]
      .filter(({ name }) =>
        /^created\.json\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(\.2)?$/.test(name)
      )
      .map(({ name }) => Deno.statSync(`${output.path}/${name}`).ino);
    assertEquals(kept.sort(), inodes.sort());
  });
}

folder.test("write() takes a file over that has its very content already", async () => {
  const output = newOutput();
  await output.write(first);

  await new OutputFolder(output.path).write(first);

  assertEquals(output.files, { "created.json": rendered(users) });
});

folder.test("write() sets counts of another ledger aside that would stand beside its own, and only those", async () => {
  const output = newOutput();
  const stale = rendered([["a", 1], ["__proto__", 2]]);
  output.put("deleted.json", stale);
  output.put("other.json", stale);

  await output.write(first);

  const files = Object.entries(output.files)
    .map(([name, text]) => [name.replace(/\.20.*/, " aside"), text]);
  assertEquals(files, [
    ["created.json", rendered(users)],
    ["deleted.json aside", stale],
    ["other.json", stale],
  ]);
});

folder.test("write() of nothing makes no file, and leaves those alone that are no counts", async () => {
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
    const output = newOutput();
    output.put("deleted.json", text);
    output.put("rejected.ndjson", text);

    const { files, types } = await output.write();

    assertEquals([files, types], [[], new Map()]);
    assertEquals(output.files, {
      "deleted.json": text,
      "rejected.ndjson": text,
    });
  }
});

folder.test("write() makes no file outside of its folder, whatever types a ledger has", async () => {
  const output = newOutput();
  for (const type of ["../evil", "..\\evil"]) {
    const error = await assertRejects(
      () => output.write([[type, [["a", 1]]]]),
      EventCounterError,
      "the ledger is damaged",
    );
    assertEquals([error.exitCode, output.files], [65, {}]);
  }
});
