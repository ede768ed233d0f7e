import { assert, assertEquals, assertRejects } from "@std/assert";
import { EventCounterError, EXIT } from "../../src/model/errors.ts";
import { Draft } from "../../src/output/draft.ts";
import { outputFailure } from "../../src/output/output_failure.ts";
import { bytes } from "../support/messages.ts";
import { filesIn } from "../support/snapshot_content.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { test } from "../support/pure.ts";

const folder = new TemporaryFolder();

async function* contentOf(...chunks: readonly string[]) {
  for (const chunk of chunks) yield await Promise.resolve(bytes(chunk));
}

const draftOf = (place: string, content: AsyncIterable<Uint8Array>) =>
  Draft.write(place, "a.json", content, () => 7);

folder.test("a draft takes the file's place only when it is published", async () => {
  const place = folder.make();
  const path = `${place}/a.json`;
  Deno.writeTextFileSync(path, "old and longer than the new one");
  const reader = await Deno.open(path);

  const draft = await draftOf(place, contentOf("one", "", "two"));
  assertEquals(
    Deno.readTextFileSync(path),
    "old and longer than the new one",
  );
  await draft.publish();
  await draft.discard();

  assertEquals(filesIn(place), { "a.json": "onetwo" });
  // Whoever has the old file open reads it to its end.
  const rest = await new Response(reader.readable).text();
  assertEquals(rest, "old and longer than the new one");
});

folder.test("a draft tells beforehand what its file will be", async () => {
  const place = folder.make();

  const draft = await draftOf(place, contentOf("a", "b"));
  await draft.publish();

  const { size, mtime } = Deno.statSync(`${place}/a.json`);
  const digest = await crypto.subtle.digest("SHA-256", bytes("ab"));
  assertEquals(draft.note, {
    folder: place,
    name: "a.json",
    shows: 7,
    size,
    modified: mtime!.getTime(),
    digest: new Uint8Array(digest),
  });
});

folder.test("content that fails, or a folder that is missing, is told, and leaves the old file and no other", async () => {
  const place = folder.make();
  Deno.writeTextFileSync(`${place}/a.json`, "old");
  async function* failing(error: Error) {
    yield await Promise.resolve(bytes("half"));
    throw error;
  }

  const wrapped = await assertRejects(
    () => draftOf(place, failing(new Error("no"))),
    EventCounterError,
    `Cannot write "${place}/a.json": no`,
  );
  const ours = new EventCounterError(EXIT.inUse, "ours");
  const passed = await assertRejects(() => draftOf(place, failing(ours)));

  const missing = await assertRejects(
    () => draftOf(`${place}/missing`, contentOf("a")),
    EventCounterError,
    "check the folder and its permissions",
  );

  assertEquals([wrapped.exitCode, passed, missing.exitCode], [73, ours, 73]);
  assertEquals(filesIn(place), { "a.json": "old" });
});

test("outputFailure() tells a disk that fails from a folder that refuses", () => {
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
});
