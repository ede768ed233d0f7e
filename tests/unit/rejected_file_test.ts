import { assertEquals, assertRejects } from "@std/assert";
import { EventCounterError } from "../../src/model/errors.ts";
import { writeRejectionLine } from "../../src/model/ndjson_line.ts";
import { readRejectedFile } from "../../src/output/rejected_file.ts";
import { rejection } from "../support/ledger_content.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();
const { permissions } = folder;

const rejections = [
  rejection("no JSON", "a.event.created", "bad_json", 1_767_225_600_123),
  rejection("{}", "\u{1f600}.event.created", "missing_id"),
  rejection(new Uint8Array([0xff, 0x0a]), "", "bad_routing_key"),
];
const lines = rejections.map(writeRejectionLine).join("");

Deno.test("readRejectedFile() gives back what was written, fingerprints too", {
  permissions,
}, async () => {
  const path = `${folder.make()}/rejected.ndjson`;
  for (const text of [lines, lines.trimEnd()]) {
    Deno.writeTextFileSync(path, text);

    assertEquals(await readRejectedFile(path), rejections);
  }
});

Deno.test("readRejectedFile() finds none in a file that is missing or empty", {
  permissions,
}, async () => {
  const path = `${folder.make()}/rejected.ndjson`;
  assertEquals(await readRejectedFile(path), []);

  Deno.writeTextFileSync(path, "");
  assertEquals(await readRejectedFile(path), []);
});

Deno.test(
  "readRejectedFile() refuses a line that is no rejection with exit code 65, and says which",
  { permissions },
  async () => {
    const path = `${folder.make()}/rejected.ndjson`;
    const others = [
      "somebody else's",
      '{"routingKey":"a.event.created","body":"{}"}',
      lines.slice(0, 20),
      "",
    ];
    for (const other of others) {
      Deno.writeTextFileSync(path, `${lines}${other}\n${lines}`);

      const error = await assertRejects(
        () => readRejectedFile(path),
        EventCounterError,
        `Cannot add to "${path}": line 4 is no rejection`,
      );
      assertEquals(error.exitCode, 65);
    }
  },
);
