/**
 * A second process for tests: opens the ledger of the path it is given, and
 * prints the exit code that the program would end with, or 0.
 */
import { EventCounterError } from "../../src/model/errors.ts";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";

try {
  const ledger = await SqliteLedger.open(Deno.args[0]!);
  await ledger.close();
  console.log(0);
} catch (error) {
  console.log(error instanceof EventCounterError ? error.exitCode : error);
}
