import { assertEquals } from "@std/assert";
import { type ProgressLine, StandardError } from "../../src/cli/stderr.ts";
import { test } from "../support/pure.ts";

/** What is written meanwhile to the real standard error, which gets nothing. */
function writtenBy(run: () => void): string[] {
  const written: string[] = [];
  const { writeSync } = Deno.stderr;
  Deno.stderr.writeSync = (bytes) => {
    written.push(new TextDecoder().decode(bytes));
    return bytes.length;
  };
  try {
    run();
  } finally {
    Deno.stderr.writeSync = writeSync;
  }
  return written;
}

/** Draws as much of a text as there is room for. */
function line(text: string): (columns: number) => ProgressLine {
  return (columns) => {
    const shown = text.slice(0, columns - 1);
    return { text: shown, width: shown.length };
  };
}

test("the progress line is as wide as the terminal is just then, and goes below records", () => {
  let columns = 9;
  const stderr = new StandardError(() => columns);
  const written = writtenBy(() => {
    stderr.showProgress(line("12 received"));
    // The terminal has broken it into three rows.
    columns = 3;
    stderr.showProgress(line("13 received"));
    columns = 40;
    stderr.writeLine("a record that is longer than six columns");
    stderr.endProgress();
    stderr.writeLine("another");
  });
  assertEquals(written, [
    "12 recei",
    "\r\x1b[2A\x1b[J13",
    "\r\x1b[Ka record that is longer than six columns\n13 received",
    "\r\x1b[K",
    "another\n",
  ]);
});
