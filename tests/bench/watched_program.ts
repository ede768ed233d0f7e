/**
 * The program itself, which writes what its drain came to into the file that
 * its first argument names.
 */
import { run } from "../../src/cli/run.ts";
import type { Drain } from "./drain.ts";
import { measureDrain } from "./our_drain.ts";

const [result, ...args] = Deno.args;
let read: (() => Drain) | undefined;
const code = await run(args, Deno.exit, (parts) => {
  const { source, ledger } = parts;
  const measured = measureDrain(source, ledger);
  read = () => ({ ...measured(), received: ledger.ids! });
  return parts;
});
await Deno.writeTextFile(result!, JSON.stringify(read!()));
Deno.exit(code);
