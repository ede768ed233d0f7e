import { assert, assertEquals, assertRejects } from "@std/assert";
import { EventCounterError } from "../../../src/model/errors.ts";
import { NdjsonPublisher } from "../../../src/publish/ndjson_publisher.ts";
import { settle } from "../../support/fake_clock.ts";
import { bytes } from "../../support/messages.ts";
import { test } from "../../support/pure.ts";

const LINE = '{"routingKey":"a.event.created","body":"{}"}\n';
const message = { routingKey: "a.event.created", body: bytes("{}") };

test("NdjsonPublisher writes the lines that --input reads", async () => {
  const output = new Output();
  const publisher = new NdjsonPublisher("it", output.stream);
  publisher.publish(message);
  publisher.publish({
    routingKey: "b.event.updated",
    body: new Uint8Array([0xff]),
  });
  await publisher.flush();
  assertEquals(
    output.text,
    LINE + '{"routingKey":"b.event.updated","bodyBase64":"/w=="}\n',
  );
});

test("NdjsonPublisher gathers lines while the output is busy", async () => {
  const output = new Output();
  const publisher = new NdjsonPublisher("it", output.stream);
  for (let i = 0; i < 100; i++) publisher.publish(message);
  await publisher.flush();
  assertEquals(output.text, LINE.repeat(100));
  assertEquals(output.writes, 2);
});

test("NdjsonPublisher slows the generator down when the output is slow", async () => {
  const output = new Output();
  const free = Promise.withResolvers<void>();
  output.busy = free.promise;
  const publisher = new NdjsonPublisher("it", output.stream);
  let taken = 0, ready: Promise<void> | undefined;
  while (ready === undefined && taken < 100_000) {
    ready = publisher.publish(message);
    taken++;
  }
  assert(taken * LINE.length < 100_000, `${taken} lines were taken`);
  let isReady = false;
  ready!.then(() => isReady = true);
  await settle();
  assertEquals(isReady, false);
  free.resolve();
  await ready;
  assertEquals(output.text, LINE.repeat(taken));
});

test("NdjsonPublisher says what it cannot write", async () => {
  const output = new Output();
  const publisher = new NdjsonPublisher("standard output", output.stream);
  output.error = new Error("no space left");
  publisher.publish(message);
  const error = await assertRejects(
    () => publisher.flush(),
    EventCounterError,
    "Cannot write to standard output: no space left",
  );
  assertEquals(error.exitCode, 74);
});

/** An output under the test's hand. */
class Output {
  text = "";
  writes = 0;
  busy: Promise<void> | undefined;
  error: Error | undefined;
  readonly stream = new WritableStream<Uint8Array>({
    write: async (chunk) => {
      if (this.error !== undefined) throw this.error;
      await this.busy;
      this.writes++;
      this.text += new TextDecoder().decode(chunk);
    },
  });
}
