/**
 * Shows the tool at work on a real RabbitMQ: `deno task demo`. It publishes
 * 100 events, counts them, shows the files and a picture of the counts, and
 * then does it all again to show that nothing is counted twice.
 *
 * The files stay in the folder `demo`; exchange and queue are its own and are
 * deleted at the end.
 *
 * @module
 */
import { connect } from "amqplib";
import { run } from "../src/cli/run.ts";
import { hasColors } from "../src/cli/terminal.ts";
import { BrokerUnavailableError, findOrStartBroker } from "./broker.ts";

const OUT = "demo";
const EXPECTED = `${OUT}/expected`;
const TYPES = ["created", "updated", "deleted"];

/** The same seed makes the same messages, so a second round repeats the first. */
const SEED = "42";

/** Where the demo's messages go; nobody else uses these names. */
const PLACE = {
  exchange: `eventcounter-demo-${crypto.randomUUID()}`,
  queue: `eventcounter-demo-${crypto.randomUUID()}`,
};

const isColored = hasColors(Deno.stdout);

/** Writes a text in a style (ANSI), where that can be seen. */
function write(text: string, style: number): void {
  console.log(isColored ? `\n\x1b[${style}m${text}\x1b[0m` : `\n${text}`);
}

function say(text: string): void {
  write(text, 1);
}

/** Runs the program as a shell would, and shows what would be typed. */
async function eventcounter(url: string, ...args: string[]): Promise<void> {
  write(`$ eventcounter ${args.join(" ")}`, 2);
  const place = ["--exchange", PLACE.exchange, "--queue", PLACE.queue];
  const code = await run([...args, "--amqp-url", url, ...place], Deno.exit);
  if (code !== 0) throw new Error(`eventcounter ended with exit code ${code}`);
}

async function publish(url: string): Promise<void> {
  await eventcounter(
    url,
    ...["publish", "--size", "100", "--duplicates", "0.1", "--invalid", "0.03"],
    ...["--seed", SEED, "--expect", EXPECTED, "--log-level", "warn"],
  );
}

async function count(url: string): Promise<void> {
  await eventcounter(
    url,
    ...["count", "--out", OUT, "--idle", "1s", "--log-level", "warn"],
  );
}

async function showFiles(): Promise<void> {
  for (const type of TYPES) {
    const text = await Deno.readTextFile(`${OUT}/${type}.json`);
    const expected = await Deno.readTextFile(`${EXPECTED}/${type}.json`);
    if (text !== expected) throw new Error(`${OUT}/${type}.json is wrong`);
    console.log(`\n${OUT}/${type}.json  ${JSON.stringify(JSON.parse(text))}`);
  }
  console.log(
    `\nThe files equal ${EXPECTED}/, which the publisher wrote beside publishing.`,
  );
}

async function removePlace(url: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  await channel.deleteQueue(PLACE.queue);
  await channel.deleteExchange(PLACE.exchange);
  await connection.close();
}

async function main(): Promise<void> {
  await Deno.remove(OUT, { recursive: true }).catch(
    () => {/* The first time. */},
  );
  say("A RabbitMQ …");
  await using broker = await findOrStartBroker();
  const where = broker.origin === "given"
    ? "the one at AMQP_URL"
    : "a private one, for this demo only";
  console.log(`… is there: ${where}.`);

  say("100 messages: 87 events, 10 of them sent twice, 3 that are no events");
  await publish(broker.url);
  say("Count them");
  await count(broker.url);
  await showFiles();
  say("The same 100 messages once more: every event is known already");
  await publish(broker.url);
  await count(broker.url);
  await showFiles();
  say(
    `Done. Look at ${OUT}/ – and at ${OUT}/rejected.ndjson, which keeps what could not be counted.`,
  );
  await removePlace(broker.url);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BrokerUnavailableError)) throw error;
  console.error(error.message);
  Deno.exit(69);
}
