import { assert, assertEquals, assertMatch } from "@std/assert";
import { writeMessageLine } from "../../src/model/ndjson_line.ts";
import { Expectation } from "../../src/publish/expectation.ts";
import type { GeneratedMessage } from "../../src/publish/generated_message.ts";
import {
  generateMessages,
  type GeneratorOptions,
} from "../../src/publish/generator.ts";
import { jsonFiles, Place } from "../support/broker_place.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

Deno.test("publish tells what it did, and count gives what it expects", async () => {
  await using place = await Place.make();
  const folder = `${place.folder}/made/if/missing`;
  const { summary } = await publish(
    place,
    ...["--size", "400", "--duplicates", "0.25", "--invalid", "0.05"],
    ...["--seed", "77", "--users", "7", "--types", "opened,closed"],
    ...["--expect", folder],
  );
  const messages = generate({
    ...{ size: 400, duplicates: 0.25, invalid: 0.05, seed: 77, users: 7 },
    types: ["opened", "closed"],
  });
  const { durationMs, reasons, ...numbers } = summary;
  const told = { new: 280, duplicates: 100, invalid: 20 };
  assertEquals(numbers, { published: 400, ...told, seed: 77 });
  assert(durationMs > 0);
  assertEquals(reasons, Object.fromEntries(expect(messages).reasons));
  assertEquals(await jsonFiles(folder), new Map(expect(messages).files()));

  const { out } = place;
  const types = ["--types", "opened,closed"];
  const counted = await place.count(...types, "--until-empty");
  const { unique, duplicates, rejected } = JSON.parse(counted.stdout);
  assertEquals([unique, duplicates, rejected], [280, 100, 20]);
  assertEquals(await jsonFiles(out), await jsonFiles(folder));
  const recorded: Record<string, number> = {};
  const lines = await Deno.readTextFile(`${out}/rejected.ndjson`);
  for (const line of lines.trimEnd().split("\n")) {
    const { reason } = JSON.parse(line);
    recorded[reason] = (recorded[reason] ?? 0) + 1;
  }
  assertEquals(recorded, reasons);
});

Deno.test("publish leaves other files in the --expect folder alone", async () => {
  await using place = await Place.make();
  await Deno.writeTextFile(`${place.folder}/other.json`, "kept");
  await Deno.writeTextFile(`${place.folder}/created.json`, "not kept");
  await publish(
    place,
    ...["--size", "1", "--types", "created", "--expect", place.folder],
  );
  const files = await jsonFiles(place.folder);
  assertEquals(files.get("other.json"), "kept");
  assertMatch(files.get("created.json")!, /^\{\n {2}"user_[a-e]": 1\n\}\n$/);
});

Deno.test("publish tells a seed that repeats it, and is never faster than --rate", async () => {
  await using place = await Place.make();
  const { summary } = await publish(place, "--size", "61", "--rate", "100");
  const { seed, durationMs } = summary;
  assertEquals(
    await drain(place),
    generate({ size: 61, seed }).map(writeMessageLine).sort(),
  );
  // 60 pauses of 10 ms lie between the first message and the last.
  assert(durationMs >= 600, `${durationMs}`);
  const other = await publish(place, "--size", "1");
  assert(other.summary.seed !== seed, `${seed} twice`);
});

Deno.test("publish refuses an --expect folder that cannot be made before anything is published", async () => {
  await using place = await Place.make();
  const file = `${place.folder}/file`;
  await Deno.writeTextFile(file, "");
  const { code, complaints } = await runProgram([
    ...argumentsFor(place),
    ...["--expect", `${file}/folder`],
  ]);
  assertEquals(code, 73);
  assertEquals(complaints.length, 1);
  assertMatch(complaints[0]!, /Cannot write ".*\/file\/folder".*--expect/);
  assertEquals(await place.ready(), 0);
});

Deno.test("publish --to - gives standard output the messages and nothing else", async () => {
  const options = { size: 40, duplicates: 0.2, invalid: 0.3, seed: 6 };
  const { code, stdout, complaints } = await runProgram([
    ...["publish", "--to", "-", "--size", "40", "--duplicates", "0.2"],
    ...["--invalid", "0.3", "--seed", "6", "--format", "json"],
  ]);
  assertEquals(code, 0);
  assertEquals(stdout, generate(options).map(writeMessageLine).join(""));
  assertEquals(JSON.parse(complaints[0]!).published, 40);
});

Deno.test({
  name: "publish stops at SIGTERM, and tells what was really published",
  // A process on Windows cannot be asked in this way.
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using place = await Place.make();
    const folder = `${place.folder}/expected`;
    const { process, ended } = startProgram([
      ...argumentsFor(place),
      ...["--size", "1000000", "--rate", "500", "--duplicates", "0.2"],
      ...["--seed", "5", "--expect", folder],
    ]);
    await until("some have arrived", async () => await place.ready() >= 10);
    process.kill("SIGTERM");
    const { code, stdout } = await ended;
    assertEquals(code, 0);
    const { published } = JSON.parse(stdout);
    assertEquals(await place.ready(), published);
    // The first messages of the same run, whatever was to follow.
    const options = { size: 1_000_000, duplicates: 0.2, seed: 5 };
    const messages: GeneratedMessage[] = [];
    for (const message of generateMessages({ ...DEFAULTS, ...options })) {
      if (messages.length === published) break;
      messages.push(message);
    }
    assertEquals(await jsonFiles(folder), new Map(expect(messages).files()));
  },
});

/** What the options of `publish` are by default. */
const DEFAULTS: GeneratorOptions = {
  size: 100,
  users: 5,
  types: ["created", "updated", "deleted"],
  duplicates: 0,
  invalid: 0,
  seed: 0,
};

function generate(options: Partial<GeneratorOptions>): GeneratedMessage[] {
  return [...generateMessages({ ...DEFAULTS, ...options })];
}

function expect(messages: readonly GeneratedMessage[]): Expectation {
  const expectation = new Expectation();
  for (const message of messages) expectation.add(message);
  return expectation;
}

function argumentsFor({ url, exchange, queue }: Place): string[] {
  return [
    ...["publish", "--amqp-url", url, "--exchange", exchange],
    ...["--queue", queue, "--format", "json"],
  ];
}

/** Runs `eventcounter publish` until it has ended well. */
async function publish(place: Place, ...args: readonly string[]) {
  const { code, stdout, complaints } = await runProgram([
    ...argumentsFor(place),
    ...args,
  ]);
  assertEquals(complaints, []);
  assertEquals(code, 0);
  return { summary: JSON.parse(stdout) };
}

/** Takes all messages out of the queue, as sorted lines of NDJSON. */
async function drain({ channel, queue }: Place): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const message = await channel.get(queue, { noAck: true });
    if (message === false) return lines.sort();
    const { fields: { routingKey }, content: body } = message;
    lines.push(writeMessageLine({ routingKey, body }));
  }
}
