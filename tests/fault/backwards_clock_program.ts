/**
 * The real program on a machine whose clock is set back by an hour in
 * mid-drain, after the third checkpoint.
 */
import { run } from "../../src/cli/run.ts";
import type { RunParts } from "../../src/cli/process_context.ts";

const HOUR = 3_600_000;
let offset = 0;
const { now } = Date;
Date.now = () => now() + offset;

function decorate({ source, ledger }: RunParts): RunParts {
  let checkpoints = 0;
  const commit = ledger.commit.bind(ledger);
  ledger.commit = async (batch) => {
    await commit(batch);
    if (++checkpoints === 3) offset = -HOUR;
  };
  return { source, ledger };
}

Deno.exit(await run(Deno.args, Deno.exit, decorate));
