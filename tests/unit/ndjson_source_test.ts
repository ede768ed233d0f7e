import { assertEquals, assertThrows } from "@std/assert";
import type { Delivery } from "../../src/model/delivery.ts";
import { EventCounterError } from "../../src/model/errors.ts";
import { writeMessageLine } from "../../src/model/ndjson_line.ts";
import { NdjsonSource } from "../../src/source/ndjson/ndjson_source.ts";
import { settle } from "../support/fake_clock.ts";
import { until } from "../support/until.ts";
import { bytes } from "../support/messages.ts";
import { test } from "../support/pure.ts";

const KEY = "a.event.created";
const line = (id: number | string) =>
  writeMessageLine({ routingKey: KEY, body: bytes(`{"id":"${id}"}`) });

/** An input under the test's hand. */
class Input {
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  cancelled = false;
  readonly stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      this.#controller = controller;
    },
    cancel: () => {
      this.cancelled = true;
    },
  });

  write(text: string): void {
    this.#controller.enqueue(bytes(text));
  }

  end(): void {
    this.#controller.close();
  }

  fail(error: Error): void {
    this.#controller.error(error);
  }
}

/** Opens a source, and counts how often it says that something changed. */
async function open(stream: ReadableStream<Uint8Array>) {
  const source = new NdjsonSource("the input", stream);
  const calls = { wake: 0 };
  await source.open(() => calls.wake++);
  await settle();
  return { source, calls };
}

const bodiesOf = (deliveries: readonly Delivery[]) =>
  deliveries.map(({ body }) => new TextDecoder().decode(body));

test("a read that is under way is no silence", async () => {
  const input = new Input();
  const { source } = await open(input.stream);
  assertEquals(await source.isQuiet(), false);
  input.write(line(1));
  await settle();
  source.take(1);
  assertEquals(await source.isQuiet(), false);
  input.end();
  await settle();
  assertEquals(await source.isQuiet(), true);
});

test("a line of rejected.ndjson is known as one", async () => {
  const input = new Input();
  const { source } = await open(input.stream);
  input.write(
    '{"time":"2026-01-01T00:00:00.000Z","reason":"unknown_type",' +
      '"routingKey":"a.event.renamed","body":"{}"}\n' + line(1),
  );
  await settle();

  assertEquals(
    source.take(10).map(({ rejectedBefore }) => rejectedBefore),
    [true, false],
  );
  await source.close();
});

test("a line that is no message becomes a malformed delivery, whole", async () => {
  const input = new Input();
  const { source } = await open(input.stream);
  input.write(`${line(1)}no message\r\n\n{"routingKey":"k"}\n`);
  await settle();

  const taken = source.take(10);

  assertEquals(
    taken.map(({ malformed, routingKey }) => [malformed, routingKey]),
    [[false, KEY], [true, ""], [true, ""]],
  );
  assertEquals(bodiesOf(taken), [
    '{"id":"1"}',
    "no message\r",
    '{"routingKey":"k"}',
  ]);
  await source.close();
});

test("lines are held back until one of them is a message", async () => {
  const input = new Input();
  const { source } = await open(input.stream);
  input.write("rubbish\n".repeat(999));
  await settle();
  assertEquals([source.take(10_000).length, source.ended], [0, false]);

  input.write(line(1) + "rubbish\n".repeat(2_000));
  await settle();

  const taken = source.take(10_000);
  assertEquals(taken.length, 3_000);
  assertEquals(taken.findIndex(({ malformed }) => !malformed), 999);
  await source.close();
});

test("an input whose first 1,000 lines are no messages is refused with exit code 65", async () => {
  const input = new Input();
  const { source } = await open(input.stream);
  input.write("user,type,id\n".repeat(1_000) + line(1));
  await settle();

  assertRefused(source, 65, "none of its first 1000 line(s) is a message");
  assertEquals(source.ended, false);
  await source.close();
});

test("an error of the input is told with exit code 74", async () => {
  const input = new Input();
  const { source } = await open(input.stream);
  input.fail(new Error("the pipe broke"));
  await settle();

  assertRefused(source, 74, "Cannot read the input: the pipe broke;");
  assertEquals(await source.close(), undefined);
});

test("stopping cancels the input, and wakes a reader that waits for room", async () => {
  const input = new Input();
  const { source, calls } = await open(input.stream);
  input.write(Array.from({ length: 10_000 }, (_, id) => line(id)).join(""));
  await settle();
  const woken = calls.wake;

  await source.stop();
  await until("it has come to its end", () => calls.wake > woken);

  assertEquals([source.ended, input.cancelled], [true, true]);
});

/** A line with a body of 4 MiB. */
const large = () => line("x".repeat(4 * 1024 * 1024 - 9));
const thousandLines = () =>
  Array.from({ length: 1_000 }, (_, id) => line(id)).join("");

for (
  const [bound, pieceOf, most, taken] of [
    ["10,000 deliveries", thousandLines, 10, 2_500],
    ["64 MiB", large, 16, 3],
  ] as const
) {
  test(`the source stops reading when ${bound} wait`, async () => {
    const piece = bytes(pieceOf());
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(piece);
      },
    }, { highWaterMark: 0 });
    const { source } = await open(endless);
    assertEquals(pulled, most);

    assertEquals(source.take(taken).length, taken);
    await settle();
    assertEquals(pulled, most + 3);
    await source.close();
  });
}

function assertRefused(source: NdjsonSource, code: number, text: string) {
  const error = assertThrows(() => source.take(10), EventCounterError, text);
  assertEquals(error.exitCode, code);
}
