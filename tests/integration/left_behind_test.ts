import { assertEquals, assertMatch } from "@std/assert";
import { Place } from "../support/broker_place.ts";
import { event } from "../support/messages.ts";
import { startProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

/** A place with a queue of another kind. */
const placeWith = (queueArguments: Record<string, unknown>) =>
  Place.make(undefined, queueArguments);

const messages = ["1", "2", "3"].map((id) => event("ann", "created", id));

/** Takes everything and settles nothing, like a worker that is busy. */
async function occupy({ channel, queue }: Place): Promise<void> {
  await channel.prefetch(1);
  await channel.consume(queue, () => {});
}

Deno.test("a queue whose single active consumer is somebody else: 75, with how many are left and why", async () => {
  await using place = await placeWith({ "x-single-active-consumer": true });
  await occupy(place);
  await place.publish(messages);
  const { code, stdout, complaints } = await place.count("--idle", "300ms");
  assertEquals([code, complaints.length], [75, 1]);
  assertEquals(JSON.parse(stdout).received, 0);
  assertMatch(
    complaints[0]!,
    /: 2 of its ready messages did not come; .* 1 other consumer.*single active.*run again/,
  );
});

Deno.test("the same, ended by a signal: 0, and nothing to complain about", async () => {
  await using place = await placeWith({ "x-single-active-consumer": true });
  await occupy(place);
  await place.publish(messages);
  const running = startProgram([
    ...place.countArguments(),
    ...["--until-empty", "--idle", "0"],
  ]);
  await until(
    "it consumes",
    async () =>
      (await place.channel.checkQueue(place.queue)).consumerCount === 2,
  );
  running.process.kill("SIGTERM");
  const { code, complaints } = await running.ended;
  assertEquals([code, complaints], [0, []]);
});

Deno.test("an exclusive consumer elsewhere: 76, with what to do", async () => {
  await using place = await placeWith({});
  await place.channel.consume(place.queue, () => {}, { exclusive: true });
  const { code, stdout, complaints } = await place.count();
  assertEquals([code, stdout, complaints.length], [76, "", 1]);
  assertMatch(complaints[0]!, /in exclusive use; another consumer has/);
});
