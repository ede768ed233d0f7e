import { StandardError } from "../../src/cli/stderr.ts";

Deno.test(
  "a standard error that takes nothing, like a closed terminal, ends no run",
  {
    permissions: "none",
  },
  () => {
    const stderr = new StandardError();
    const { writeSync } = Deno.stderr;
    Deno.stderr.writeSync = () => {
      throw new Error("Input/output error");
    };
    try {
      stderr.showProgress("1 received");
      stderr.writeLine("a record");
      stderr.endProgress();
    } finally {
      Deno.stderr.writeSync = writeSync;
    }
  },
);
