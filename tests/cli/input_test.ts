/** An input ends where it ends, with whatever idle time. */
import { assertEquals } from "@std/assert";
import { runProgram, startProgram } from "../support/program.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";

const folder = new TemporaryFolder();

const line = (id: number) =>
  `{"routingKey":"ann.event.created","body":{"id":"${id}"}}\n`;

/** Checks that a run has counted so many messages and seen the input's end. */
function assertCounted(stdout: string, unique: number): void {
  const summary = JSON.parse(stdout);
  assertEquals([summary.unique, summary.stopped], [unique, "end-of-input"]);
}

/** What makes silence of every moment, if there is any. */
const IMPATIENT = ["--format", "json", "--idle", "1ms"];

Deno.test("a file is read whole, however short the idle time is", async () => {
  const out = folder.make();
  const input = `${out}/input.ndjson`;
  const lines = Array.from({ length: 50_000 }, (_, id) => line(id));
  await Deno.writeTextFile(input, lines.join(""));
  const { stdout } = await runProgram(
    ["--input", input, "--out", out, ...IMPATIENT],
  );
  assertCounted(stdout, 50_000);
});

for (const kind of ["standard input", "a FIFO"]) {
  Deno.test(`a pause of ${kind} is no end: what comes behind it is counted`, async () => {
    const out = folder.make();
    const fifo = `${out}/fifo`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const isFifo = kind === "a FIFO";
    const running = startProgram([
      ...["--input", isFifo ? fifo : "-", "--out", out, ...IMPATIENT],
      ...["--checkpoint-interval", "1ms", "--snapshot-interval", "1ms"],
    ], isFifo ? {} : { through: ["sh", "-c", `exec "$@" <${fifo}`, "sh"] });
    using writer = await Deno.open(fifo, { write: true });
    const write = (text: string) =>
      writer.write(new TextEncoder().encode(text));
    await write(line(1));
    // Whoever would end at a silence of 1 ms has ended after so many looks.
    let looks = 0;
    await until(
      "the files show the first line, and the run goes on",
      async () => {
        const { size } = await Deno.stat(`${out}/created.json`)
          .catch(() => ({ size: 0 }));
        return size > 0 && ++looks > 10;
      },
    );
    await write(line(2));
    writer.close();
    assertCounted((await running.ended).stdout, 2);
  });
}
