import { assertEquals } from "@std/assert";
import type { Rejection } from "../../src/model/rejection.ts";
import { Snapshot } from "../../src/output/snapshot.ts";
import { MemoryFileNotes } from "../../src/ledger/memory/memory_file_notes.ts";
import { recordFileSteps } from "../support/file_steps.ts";
import { rejection } from "../support/ledger_content.ts";
import { content, filesIn } from "../support/snapshot_content.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

const TYPES = ["created", "updated", "deleted"];

/** The lines of `rejected.ndjson`, each by JSON.stringify. */
function renderedLines(rejections: readonly Rejection[]): string {
  return rejections.map(({ at, reason, routingKey, body }) =>
    JSON.stringify({
      time: new Date(at).toISOString(),
      reason,
      routingKey,
      body: new TextDecoder().decode(body),
    }) + "\n"
  ).join("");
}

folder.test("write() keeps every rejection, one a line, and adds to the lines it wrote before", async () => {
  const place = folder.make();
  const notes = new MemoryFileNotes();
  const snapshot = new Snapshot(place, TYPES);
  const rejections = [1, 2, 3, 4, 5].map((i) => rejection(`body\n${i}`));
  for (const count of [2, 2, 5]) {
    const some = rejections.slice(0, count);

    const { files } = await snapshot.write(content([], some, notes));

    assertEquals(files, [`${place}/rejected.ndjson`]);
    assertEquals(filesIn(place), { "rejected.ndjson": renderedLines(some) });
  }
});

folder.test("write() repairs a rejected.ndjson that is cut short", async () => {
  const rejections = [rejection("first"), rejection("second")];
  const whole = renderedLines(rejections);
  for (let length = 0; length <= whole.length; length += 7) {
    const place = folder.make();
    Deno.writeTextFileSync(`${place}/rejected.ndjson`, whole.slice(0, length));

    await new Snapshot(place, TYPES).write(content([], rejections));

    assertEquals(filesIn(place), { "rejected.ndjson": whole });
  }
});

folder.test("write() keeps a rejected.ndjson that is not of this ledger under another name", async () => {
  const rejections = [rejection("first"), rejection("second")];
  for (
    const text of [
      "a line of somebody else\n",
      renderedLines(rejections) + renderedLines([rejection("third")]),
      renderedLines(rejections.toReversed()),
    ]
  ) {
    const place = folder.make();
    Deno.writeTextFileSync(`${place}/rejected.ndjson`, text);

    await new Snapshot(place, TYPES).write(content([], rejections));

    const { "rejected.ndjson": written, ...kept } = filesIn(place);
    assertEquals(written, renderedLines(rejections));
    assertEquals(Object.values(kept), [text]);
    const [name] = Object.keys(kept);
    assertEquals(/^rejected\.ndjson\.[\dTZ-]+$/.test(name!), true, name);
  }
});

folder.test("write() adds to a rejected.ndjson without reading it again", async () => {
  const place = folder.make();
  const path = `${place}/rejected.ndjson`;
  const notes = new MemoryFileNotes();
  const snapshot = new Snapshot(place, TYPES);
  const rejections = [rejection("first"), rejection("second")];
  await snapshot.write(content([], rejections.slice(0, 1), notes));
  const [first, second] = rejections.map((one) => renderedLines([one]));
  // Nobody would do this; only who does not look at it does not notice.
  const { mtime } = Deno.statSync(path);
  Deno.writeTextFileSync(path, "x".repeat(first!.length));
  Deno.utimeSync(path, mtime!, mtime!);

  const growing = await recordFileSteps(() =>
    snapshot.write(content([], rejections, notes))
  );
  assertEquals(growing, [`open ${path}`, `sync ${path}`]);
  assertEquals(Deno.readTextFileSync(path), "x".repeat(first!.length) + second);

  const steps = await recordFileSteps(() =>
    snapshot.write(content([], rejections, notes))
  );
  assertEquals(steps, []);
});

folder.test("write() without a rejection does not touch rejected.ndjson", async () => {
  const place = folder.make();
  Deno.writeTextFileSync(`${place}/rejected.ndjson`, "somebody else's\n");

  const { files } = await new Snapshot(place, TYPES).write(content([]));

  assertEquals(filesIn(place), { "rejected.ndjson": "somebody else's\n" });
  assertEquals(files, []);
});
