import { assertEquals } from "@std/assert";
import { writeMessageLine } from "../../src/model/ndjson_line.ts";
import { NdjsonSource } from "../../src/source/ndjson/ndjson_source.ts";
import { settle } from "../support/fake_clock.ts";
import { bytes } from "../support/messages.ts";
import { test } from "../support/pure.ts";

const KEY = "a.event.created";
const line = (id: number) =>
  writeMessageLine({ routingKey: KEY, body: bytes(`{"id":"${id}"}`) });

async function open(stream: ReadableStream<Uint8Array>): Promise<NdjsonSource> {
  const source = new NdjsonSource("the input", stream);
  await source.open(() => {});
  await settle();
  return source;
}

test("the source stops reading when 10,000 deliveries wait", async () => {
  const lines = Array.from({ length: 1_000 }, (_, id) => line(id)).join("");
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(bytes(lines));
    },
  }, { highWaterMark: 0 });
  const source = await open(endless);
  assertEquals(pulled, 10);

  assertEquals(source.take(2_500).length, 2_500);
  await settle();
  assertEquals(pulled, 13);
  await source.close();
});

test("the source stops reading when 64 MiB wait", async () => {
  const fourMebibytes = `{"id":"${"x".repeat(4 * 1024 * 1024 - 9)}"}`;
  const chunk = bytes(
    writeMessageLine({ routingKey: KEY, body: bytes(fourMebibytes) }),
  );
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
  const source = await open(endless);
  assertEquals(pulled, 16);

  assertEquals(source.take(3).length, 3);
  await settle();
  assertEquals(pulled, 19);
  await source.close();
});
