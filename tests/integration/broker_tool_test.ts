import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connect } from "amqplib";
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { type PrivateBroker, startPrivateBroker } from "../../tools/broker.ts";
import { run } from "../../tools/tool.ts";
import { onBroker } from "../support/on_broker.ts";
import { until } from "../support/until.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TOOL = `${ROOT}tools/broker.ts`;
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

/** How the tool is run. No `AMQP_URL` of the test run reaches it. */
const COMMAND = ["run", "-A", "--no-lock", "--quiet", TOOL];
const NO_URL = { AMQP_URL: "" };

/** Runs the tool to its end. */
function tool(args: readonly string[], environment: Record<string, string>) {
  const env = { ...NO_URL, ...environment };
  return run(Deno.execPath(), [...COMMAND, ...args], { cwd: ROOT, env });
}

/** Starts the tool with a temporary folder, in a process group of its own. */
function startTool(TMPDIR: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    ...{ args: COMMAND, env: { ...NO_URL, TMPDIR }, detached: true },
    ...{ stdout: "piped", stderr: "null" },
  }).spawn();
}

async function keepOneMessage(url: string, text: string): Promise<void> {
  await onBroker(url, async (connection) => {
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(QUEUE, { durable: true });
    channel.sendToQueue(QUEUE, Buffer.from(text), {
      persistent: true,
    });
    await channel.waitForConfirms();
  });
}

async function takeOneMessage(url: string): Promise<string | undefined> {
  return await onBroker(url, async (connection) => {
    const channel = await connection.createChannel();
    await channel.assertQueue(QUEUE, { durable: true });
    const message = await channel.get(QUEUE, { noAck: true });
    return message === false ? undefined : decoder.decode(message.content);
  });
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
  const child = startTool(temporary);
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
  await Deno.remove(temporary);
});

Deno.test("the tool ends its broker in order on SIGTERM, and exits with 0", async () => {
  const temporary = await Deno.makeTempDir();
  const child = startTool(temporary);
  const output = child.stdout.getReader();
  await output.read();
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 0);
  await untilNoProcessOf(temporary);
  await output.cancel();
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
  );
  assertEquals([code, stdout, stderr], [7, broker.url, ""]);
  assertEquals((await tool(["run", "no-such-program"], given)).code, 127);
});

Deno.test("a broker at AMQP_URL that does not answer, or a RabbitMQ that must not be installed, is one clear line without the password", async () => {
  const nowhere = await Deno.makeTempDir();
  const refused = { AMQP_URL: "amqp://someone:secret@127.0.0.1:1/place" };
  const missing = {
    EVENTCOUNTER_NO_INSTALL: "1",
    EVENTCOUNTER_RABBITMQ_SERVER: `${nowhere}/rabbitmq-server`,
    // No Docker either.
    PATH: nowhere,
  };
  for (
    const [environment, message] of [
      [
        refused,
        /^AMQP_URL is set to amqp:\/\/someone:\*\*\*@127\.0\.0\.1:1\/place, where no broker .*ECONNREFUSED.*unset it to get a private one\n$/,
      ],
      [
        missing,
        /^Cannot start RabbitMQ: the program rabbitmq-server is missing; install it .*\n$/,
      ],
    ] as const
  ) {
    const { code, stdout, stderr } = await tool(["run", "true"], environment);
    assertEquals([code, stdout], [69, ""]);
    assertMatch(stderr, message);
  }
  await Deno.remove(nowhere);
});
