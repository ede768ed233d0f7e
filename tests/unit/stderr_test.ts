import { assertEquals } from "@std/assert";
import { StandardError } from "../../src/cli/stderr.ts";
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

test("the progress line is as wide as the terminal is just then, and goes below records", () => {
  let columns = 9;
  const stderr = new StandardError(() => columns);
  const written = writtenBy(() => {
    stderr.showProgress("12 received");
    columns = 6;
    stderr.showProgress("13 received");
    columns = 40;
    stderr.writeLine("a record that is longer than six columns");
    stderr.endProgress();
    stderr.writeLine("another");
  });
  assertEquals(written, [
    "12 recei",
    "\r\x1b[K13 re",
    "\r\x1b[Ka record that is longer than six columns\n13 received",
    "\r\x1b[K",
    "another\n",
  ]);
});
