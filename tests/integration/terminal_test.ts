/** The program on a terminal, from source. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { tryCtrlC, tryCtrlCTwice } from "../support/ctrl_c.ts";
import { Terminal } from "../support/terminal.ts";
import { until } from "../support/until.ts";

const TASK = [Deno.execPath(), "task", "eventcounter"];
const options = { cwd: fileURLToPath(new URL("../..", import.meta.url)) };

Deno.test("one Ctrl-C under `deno task`, which gives it to the program twice: 0, with everything counted", () =>
  tryCtrlC(TASK, options));

Deno.test("a second Ctrl-C under `deno task` ends at once: 130", () =>
  tryCtrlCTwice(TASK, options));

Deno.test("a terminal that is closed ends a run in order", async () => {
  const out = await Deno.makeTempDir();
  const input = `${out}/input`;
  await new Deno.Command("mkfifo", { args: [input] }).output();
  await using terminal = new Terminal(
    [...TASK, "--input", input, "--out", out],
    options,
  );
  using writer = await Deno.open(input, { write: true });
  await writer.write(new TextEncoder().encode(
    '{"routingKey":"ann.event.created","body":{"id":"1"}}\n',
  ));
  await terminal.shows("1 received");
  terminal.hangUp();
  await until("the files are there", async () => {
    const names = (await Array.fromAsync(Deno.readDir(out)))
      .map(({ name }) => name);
    return names.includes("created.json");
  });
  assertEquals(
    await Deno.readTextFile(`${out}/created.json`),
    '{\n  "ann": 1\n}\n',
  );
  await Deno.remove(out, { recursive: true });
});

Deno.test("the progress line is cut to the width of the terminal, and follows it", async () => {
  const out = await Deno.makeTempDir();
  await using terminal = new Terminal(
    [...TASK, "--input", "-", "--out", out],
    { ...options, columns: 40 },
  );
  const full = "0 received: 0 counted, 0 duplicates, 0 rejected (0/s)";
  const drawn = (columns: number) =>
    terminal.shows(`\r\x1b[K${full.slice(0, columns - 1)}\r\x1b[K`);
  await drawn(40);
  await terminal.resize(20);
  await drawn(20);
  await terminal.resize(100);
  await drawn(100);
  await terminal.type("\x03");
  assertEquals(await terminal.ended, 0, terminal.text);
  await Deno.remove(out, { recursive: true });
});
