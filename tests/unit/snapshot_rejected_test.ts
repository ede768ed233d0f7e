import { assertEquals } from "@std/assert";
import type { Rejection } from "../../src/model/rejection.ts";
import { recordFileSteps } from "../support/file_steps.ts";
import { rejection } from "../support/ledger_content.ts";
import { OutputFolder } from "../support/snapshot_content.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

const newOutput = () => new OutputFolder(folder.make());

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
  const output = newOutput();
  const rejections = [1, 2, 3, 4, 5].map((i) => rejection(`body\n${i}`));
  for (const count of [2, 2, 5]) {
    const some = rejections.slice(0, count);

    const { files } = await output.write([], some);

    assertEquals(files, [`${output.path}/rejected.ndjson`]);
    assertEquals(output.files, { "rejected.ndjson": renderedLines(some) });
  }
});

const rejections = [rejection("first"), rejection("second")];
const whole = renderedLines(rejections);

folder.test("write() repairs a rejected.ndjson that is cut short", async () => {
  for (let length = 0; length <= whole.length; length += 7) {
    const output = newOutput();
    output.put("rejected.ndjson", whole.slice(0, length));

    await output.write([], rejections);

    assertEquals(output.files, { "rejected.ndjson": whole });
  }
});

folder.test("write() keeps a rejected.ndjson that is not of this ledger under another name", async () => {
  for (
    const text of [
      "a line of somebody else\n",
      whole + renderedLines([rejection("third")]),
      renderedLines(rejections.toReversed()),
    ]
  ) {
    const output = newOutput();
    output.put("rejected.ndjson", text);

    await output.write([], rejections);

    const { "rejected.ndjson": written, ...kept } = output.files;
    assertEquals(written, whole);
    assertEquals(Object.values(kept), [text]);
    const [name] = Object.keys(kept);
    assertEquals(/^rejected\.ndjson\.[\dTZ-]+$/.test(name!), true, name);
  }
});

folder.test("write() adds to a rejected.ndjson without reading it again", async () => {
  const output = newOutput();
  const path = `${output.path}/rejected.ndjson`;
  await output.write([], rejections.slice(0, 1));
  const [first, second] = rejections.map((one) => renderedLines([one]));
  // Nobody would do this; only who does not look at it does not notice.
  const { mtime } = Deno.statSync(path);
  Deno.writeTextFileSync(path, "x".repeat(first!.length));
  Deno.utimeSync(path, mtime!, mtime!);

  const growing = await recordFileSteps(() => output.write([], rejections));
  assertEquals(growing, [`open ${path}`, `sync ${path}`]);
  assertEquals(Deno.readTextFileSync(path), "x".repeat(first!.length) + second);

  const steps = await recordFileSteps(() => output.write([], rejections));
  assertEquals(steps, []);
});

folder.test("write() of no rejections sets a changed file of the ledger's aside, and leaves that of another alone", async () => {
  const output = newOutput();
  output.put("rejected.ndjson", "somebody's\n");
  await output.write();
  assertEquals(output.files, { "rejected.ndjson": "somebody's\n" });
  await output.write([], rejections);
  output.put("rejected.ndjson", "changed\n");
  await output.write();
  const { "rejected.ndjson": written, ...kept } = output.files;
  assertEquals(written, undefined);
  assertEquals(Object.values(kept).sort(), ["changed\n", "somebody's\n"]);
});
