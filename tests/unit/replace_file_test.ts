import { assert, assertEquals, assertRejects } from "@std/assert";
import { EventCounterError, EXIT } from "../../src/model/errors.ts";
import {
  compareFile,
  type Comparison,
  type Content,
  outputFailure,
  replaceFile,
} from "../../src/output/replace_file.ts";
import { everySequence } from "../support/every_sequence.ts";
import { bytes } from "../support/messages.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();
const { permissions } = folder;

/** Content that is there already. */
function contentOf(...chunks: readonly string[]): Content {
  return async function* () {
    for (const chunk of chunks) yield await Promise.resolve(bytes(chunk));
  };
}

const namesIn = (place: string) =>
  [...Deno.readDirSync(place)].map(({ name }) => name);

Deno.test(
  "replaceFile() makes a file of all its content",
  { permissions },
  async () => {
    const place = folder.make();

    await replaceFile(place, "a.json", contentOf("one", "", "two"));

    assertEquals(Deno.readTextFileSync(`${place}/a.json`), "onetwo");
    assertEquals(namesIn(place), ["a.json"]);
  },
);

Deno.test("a reader sees the whole old file until the new one is complete", {
  permissions,
}, async () => {
  const place = folder.make();
  const path = `${place}/a.json`;
  Deno.writeTextFileSync(path, "old and longer than the new one");
  const seen: string[] = [];
  const reader = await Deno.open(path);
  async function* content() {
    for (const chunk of ["n", "e", "w"]) {
      seen.push(Deno.readTextFileSync(path));
      yield await Promise.resolve(bytes(chunk));
    }
    seen.push(Deno.readTextFileSync(path));
  }

  await replaceFile(place, "a.json", content);

  assertEquals(seen, Array(4).fill("old and longer than the new one"));
  assertEquals(Deno.readTextFileSync(path), "new");
  // Whoever has the old file open reads it to its end.
  const rest = await new Response(reader.readable).text();
  assertEquals(rest, "old and longer than the new one");
});

Deno.test("content that fails leaves the old file and no other", {
  permissions,
}, async () => {
  const place = folder.make();
  Deno.writeTextFileSync(`${place}/a.json`, "old");
  const failing = (error: Error): Content =>
    async function* () {
      yield await Promise.resolve(bytes("half"));
      throw error;
    };

  const wrapped = await assertRejects(
    () => replaceFile(place, "a.json", failing(new Error("no"))),
    EventCounterError,
    `Cannot write "${place}/a.json": no`,
  );
  const ours = new EventCounterError(EXIT.inUse, "ours");
  const passed = await assertRejects(
    () => replaceFile(place, "a.json", failing(ours)),
  );

  assertEquals([wrapped.exitCode, passed], [73, ours]);
  assertEquals(namesIn(place), ["a.json"]);
  assertEquals(Deno.readTextFileSync(`${place}/a.json`), "old");
});

Deno.test("a folder that is not there is refused with exit code 73", {
  permissions,
}, async () => {
  const place = folder.make();

  const error = await assertRejects(
    () => replaceFile(`${place}/missing`, "a.json", contentOf("a")),
    EventCounterError,
    "check the folder and its permissions",
  );

  assertEquals(error.exitCode, 73);
});

Deno.test(
  "the content is on disk before its name, and the name before the end",
  { permissions },
  async () => {
    const place = folder.make();
    const steps: string[] = [];
    const { rename } = Deno;
    const { sync, write } = Deno.FsFile.prototype;
    Deno.rename = (from, to) => {
      steps.push("rename");
      return rename(from, to);
    };
    Deno.FsFile.prototype.sync = function () {
      steps.push(this.statSync().isDirectory ? "sync folder" : "sync file");
      return sync.call(this);
    };
    Deno.FsFile.prototype.write = function (chunk) {
      steps.push("write");
      return write.call(this, chunk);
    };
    try {
      await replaceFile(place, "a.json", contentOf("a", "b"));
    } finally {
      Deno.rename = rename;
      Object.assign(Deno.FsFile.prototype, { sync, write });
    }

    assertEquals(steps, [
      "write",
      "write",
      "sync file",
      "rename",
      "sync folder",
    ]);
  },
);

Deno.test("compareFile() tells missing, same, beginning and different apart", {
  permissions,
}, async () => {
  const path = `${folder.make()}/a.json`;
  assertEquals(await compareFile(path, contentOf("a")), "missing");

  const texts = [...everySequence(["a", "b"], 3)].map((text) => text.join(""));
  for (const there of texts) {
    Deno.writeTextFileSync(path, there);
    for (const chunks of everySequence(["", "a", "ab"], 3)) {
      const whole = chunks.join("");
      const expected: Comparison = there === whole
        ? "same"
        : whole.startsWith(there)
        ? "beginning"
        : "different";

      assertEquals(await compareFile(path, contentOf(...chunks)), expected);
    }
  }
});

Deno.test("compareFile() refuses what is no file with exit code 73", {
  permissions,
}, async () => {
  const place = folder.make();

  const error = await assertRejects(
    () => compareFile(place, contentOf("a")),
    EventCounterError,
  );

  assertEquals(error.exitCode, 73);
});

Deno.test(
  "outputFailure() tells a disk that fails from a folder that refuses",
  { permissions: "none" },
  () => {
    const failure = (code: string) =>
      outputFailure(Object.assign(new Error("no"), { code }), "a.json");

    for (const code of ["ENOSPC", "EDQUOT", "EIO", "EFBIG"]) {
      assertEquals(failure(code).exitCode, 74, code);
      assert(failure(code).message.includes("make room and run again"));
    }
    for (const code of ["EACCES", "EROFS", "ENOENT", "ENOTDIR", "EISDIR"]) {
      assertEquals(failure(code).exitCode, 73, code);
      assert(failure(code).message.includes("--out"));
    }
  },
);
