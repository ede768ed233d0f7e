/** The program on a terminal, from source. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Place } from "../support/broker_place.ts";
import { event } from "../support/messages.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { Terminal } from "../support/terminal.ts";
import { until } from "../support/until.ts";

const folder = new TemporaryFolder();

const TASK = [Deno.execPath(), "task", "eventcounter"];
const options = { cwd: fileURLToPath(new URL("../..", import.meta.url)) };

const CTRL_C = "\x03";
const LINE = '{"routingKey":"ann.event.created","body":{"id":"1"}}\n';
const COUNTED = '{\n  "ann": 1\n}\n';

Deno.test("one Ctrl-C under `deno task`, which gives it to the program twice: 0, with everything counted", async () => {
  const out = folder.make();
  const program = [...TASK, "--input", "-", "--out", out];
  await using terminal = new Terminal(program, options);
  await terminal.type(LINE);
  await terminal.shows("1 received");
  await terminal.type(CTRL_C);
  assertEquals(await terminal.ended, 0, terminal.text);
  assertEquals(await Deno.readTextFile(`${out}/created.json`), COUNTED);
});

Deno.test("a second Ctrl-C under `deno task`, while an orderly end waits for a mute broker, ends at once: 130", async () => {
  await using place = await Place.make();
  await using proxy = await TcpProxy.start(place.url);
  const stalled = proxy.planAt("ack", 1, "stall");
  const [, ...args] = place.countArguments(undefined, proxy.url());
  const program = [...TASK, ...args, "--idle", "0"];
  await using terminal = new Terminal(program, options);
  await place.publish([event("ann", "created", "1")]);
  await stalled;
  await terminal.type(CTRL_C);
  await terminal.shows("SIGINT: counting what was taken");
  await until("it has ended", async () => {
    if (!terminal.hasEnded) await terminal.type(CTRL_C);
    return terminal.hasEnded;
  });
  assertEquals(await terminal.ended, 130, terminal.text);
});

Deno.test("a terminal that is closed ends a run in order", async () => {
  const out = folder.make();
  const input = `${out}/input`;
  await new Deno.Command("mkfifo", { args: [input] }).output();
  const program = [...TASK, "--input", input, "--out", out];
  await using terminal = new Terminal(program, options);
  using writer = await Deno.open(input, { write: true });
  await writer.write(new TextEncoder().encode(LINE));
  await terminal.shows("1 received");
  terminal.hangUp();
  await until("the files are there", async () => {
    const names = (await Array.fromAsync(Deno.readDir(out)))
      .map(({ name }) => name);
    return names.includes("created.json");
  });
  assertEquals(await Deno.readTextFile(`${out}/created.json`), COUNTED);
});

Deno.test("the progress line is cut to the width of the terminal, and follows it", async () => {
  const out = folder.make();
  await using terminal = new Terminal(
    [...TASK, "--input", "-", "--out", out],
    { ...options, columns: 40 },
  );
  const drawn = (line: string, start = "\r\x1b[K") =>
    terminal.shows(`${start}${line}\r\x1b[K`);
  await drawn("0 received  0/s  0 counted  0 rejected");
  await terminal.resize(20);
  await drawn("0/s  0 counted", "\r\x1b[1A\x1b[J");
  await terminal.resize(100);
  await drawn(
    "standard input  0 received  0/s  0 counted  0 duplicates  0 rejected",
  );
  await terminal.type(CTRL_C);
  assertEquals(await terminal.ended, 0, terminal.text);
});

Deno.test("publish shows on a terminal how far it is", async () => {
  await using place = await Place.make();
  const program = [
    ...[...TASK, "publish", "--amqp-url", place.url, "--no-declare"],
    ...["--exchange", place.exchange, "--size", "60", "--rate", "100"],
  ];
  await using terminal = new Terminal(program, options);
  await terminal.shows(" of 60 ");
  await terminal.shows("60 published");
  assertEquals(await terminal.ended, 0, terminal.text);
});
