import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connect } from "amqplib";
import { Buffer } from "node:buffer";
import { type PrivateBroker, startPrivateBroker } from "../../tools/broker.ts";
import { until } from "../support/until.ts";

const ROOT = new URL("../../", import.meta.url);
const TOOL = new URL("tools/broker.ts", ROOT).href;
const QUEUE = "kept";
const decoder = new TextDecoder();

/** The processes whose environment mentions a folder; known on Linux only. */
async function processesOf(folder: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", 'grep -lsaF "$0" /proc/[0-9]*/environ', folder],
  }).output();
  return decoder.decode(stdout).split("\n").filter((line) => line !== "");
}

async function untilNoProcessOf(folder: string): Promise<void> {
  await until(
    "no process is left",
    async () => (await processesOf(folder)).length === 0,
  );
}

async function isEmpty(folder: string): Promise<boolean> {
  return (await Array.fromAsync(Deno.readDir(folder))).length === 0;
}

/** The tool as a command. No `AMQP_URL` of the test run reaches it. */
function tool(
  args: readonly string[],
  environment: Record<string, string> = {},
  options: Deno.CommandOptions = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--quiet", TOOL, ...args],
    cwd: ROOT,
    env: { AMQP_URL: "", ...environment },
    stdout: "piped",
    stderr: "piped",
    ...options,
  });
}

async function keepOneMessage(url: string, text: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(QUEUE, { durable: true });
  channel.sendToQueue(QUEUE, Buffer.from(text), {
    persistent: true,
  });
  await channel.waitForConfirms();
  await connection.close();
}

async function takeOneMessage(url: string): Promise<string | undefined> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  await channel.assertQueue(QUEUE, { durable: true });
  const message = await channel.get(QUEUE, { noAck: true });
  await connection.close();
  return message === false ? undefined : decoder.decode(message.content);
}

async function assertStopLeavesNothing(broker: PrivateBroker): Promise<void> {
  assert((await processesOf(broker.folder)).length >= 2);
  await broker.stop();
  await untilNoProcessOf(broker.folder);
  await assertRejects(() => Deno.stat(broker.folder), Deno.errors.NotFound);
}

Deno.test("two private brokers at once do not meet, and stop() leaves no process and no folder", async () => {
  const brokers = await Promise.all([
    startPrivateBroker(),
    startPrivateBroker(),
  ]);
  await using _one = brokers[0];
  await using _other = brokers[1];
  await keepOneMessage(brokers[0].url, "for the first");
  assertEquals(await takeOneMessage(brokers[1].url), undefined);
  assertEquals(await takeOneMessage(brokers[0].url), "for the first");
  for (const broker of brokers) await assertStopLeavesNothing(broker);
});

Deno.test("a private broker keeps its data and its URL over halt() and kill()", async () => {
  await using broker = await startPrivateBroker();
  for (const end of ["halt", "kill"] as const) {
    // What is killed is the Erlang VM itself, not a script that started it.
    assertEquals(
      await Deno.readTextFile(`${broker.folder}/pid`),
      String(broker.pid),
    );
    await keepOneMessage(broker.url, end);
    await broker[end]();
    assertEquals(broker.pid, undefined);
    await assertRejects(() => connect(broker.url), Error, "ECONNREFUSED");
    await broker.start();
    assertEquals(await takeOneMessage(broker.url), end);
  }
});

Deno.test("a tool killed with its process group while its broker starts leaves no process and no folder", async () => {
  const temporary = await Deno.makeTempDir();
  const child = tool([], { TMPDIR: temporary }, { detached: true }).spawn();
  // The tool, a guard and its watcher, the name server: then the node.
  await until(
    "the node has begun to start",
    async () => (await processesOf(temporary)).length > 4,
  );
  Deno.kill(-child.pid, "SIGKILL");
  await child.status;
  await untilNoProcessOf(temporary);
  await until("no folder is left", () => isEmpty(temporary));
  await child.stdout.cancel();
  await child.stderr.cancel();
  await Deno.remove(temporary);
});

Deno.test("the tool ends its broker in order on SIGTERM, and exits with 0", async () => {
  const temporary = await Deno.makeTempDir();
  const child = tool([], { TMPDIR: temporary }).spawn();
  const output = child.stdout.getReader();
  await output.read();
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 0);
  await untilNoProcessOf(temporary);
  await output.cancel();
  await child.stderr.cancel();
  // Empty, or this fails.
  await Deno.remove(temporary);
});

Deno.test("the tool runs a program with AMQP_URL, and passes its exit code on", async () => {
  await using broker = await startPrivateBroker();
  const script = 'printf %s "$AMQP_URL"; exit 7';
  const given = { AMQP_URL: broker.url };
  const { code, stdout, stderr } = await tool(
    ["run", "sh", "-c", script],
    given,
  ).output();
  assertEquals(decoder.decode(stderr), "");
  assertEquals(decoder.decode(stdout), broker.url);
  assertEquals(code, 7);
  assertEquals(
    (await tool(["run", "no-such-program"], given).output()).code,
    127,
  );
});

Deno.test("a broker at AMQP_URL that does not answer is one clear line without the password", async () => {
  const { code, stdout, stderr } = await tool(["run", "true"], {
    AMQP_URL: "amqp://someone:secret@127.0.0.1:1/place",
  }).output();
  assertEquals(code, 69);
  assertEquals(decoder.decode(stdout), "");
  assertEquals(
    decoder.decode(stderr),
    "AMQP_URL is set to amqp://someone:***@127.0.0.1:1/place, where no " +
      "broker accepts a login within 3 s (connect ECONNREFUSED 127.0.0.1:1): " +
      "start that broker, correct AMQP_URL, or unset it to get a private one\n",
  );
});

Deno.test("a missing RabbitMQ that must not be installed is one clear line", async () => {
  const nowhere = await Deno.makeTempDir();
  const { code, stdout, stderr } = await tool(["run", "true"], {
    EVENTCOUNTER_NO_INSTALL: "1",
    EVENTCOUNTER_RABBITMQ_SERVER: `${nowhere}/rabbitmq-server`,
    // No Docker either.
    PATH: nowhere,
  }).output();
  await Deno.remove(nowhere);
  assertEquals(code, 69);
  assertEquals(decoder.decode(stdout), "");
  assertMatch(
    decoder.decode(stderr),
    /^Cannot start RabbitMQ: the program rabbitmq-server is missing; install it .*\n$/,
  );
});
