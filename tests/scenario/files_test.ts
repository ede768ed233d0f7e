/** When the files are made, and what happens if they cannot be. */
import { assertEquals, assertRejects } from "@std/assert";
import { events } from "../support/messages.ts";
import {
  durableLedger,
  everyLedger,
  forgetfulLedger,
  Scenario,
} from "../support/scenario.ts";

durableLedger.test("an empty run repairs the files that a crash has left behind", async ({ ledger }) => {
  const scenario = new Scenario(ledger);

  const { files } = await scenario.runToEnd();

  assertEquals(files, ["a file"]);
  assertEquals(scenario.journal, [
    "open",
    "stop",
    "end run: end-of-input",
    "snapshot",
    "close",
  ]);
});

forgetfulLedger.test("an empty run with a ledger that forgets leaves the files alone", async ({ ledger }) => {
  const scenario = new Scenario(ledger);

  const { files } = await scenario.runToEnd();

  assertEquals([files, scenario.journal.includes("snapshot")], [[], false]);
});

everyLedger.test("a snapshot that fails ends the run with its error; what only the files would have kept is not acked", async ({ ledger }) => {
  const scenario = new Scenario(ledger, {
    snapshot: () => Promise.reject(new Error("disk full")),
  });

  await assertRejects(
    () => scenario.runToEnd(...events(0, 7)),
    Error,
    "disk full",
  );

  const forgets = ledger.ackAfter === "snapshot";
  assertEquals(scenario.source.leftInQueue.length, forgets ? 7 : 0);
  assertEquals(scenario.journal.at(-1), "close");
});

durableLedger.test("with a durable ledger, a run that fails still makes the files equal the ledger", async ({ ledger }) => {
  const scenario = new Scenario(ledger, { checkpointSize: 3 });
  scenario.ledger.failCheckpoint(2, new Error("disk full"));

  await assertRejects(
    () => scenario.runToEnd(...events(0, 7)),
    Error,
    "disk",
  );

  assertEquals(scenario.journal.slice(-4), [
    "checkpoint failed",
    "end run: error",
    "snapshot",
    "close",
  ]);
});

durableLedger.test("a run that counted nothing and fails touches no file", async ({ ledger }) => {
  const scenario = new Scenario(ledger);
  scenario.source.fail(new Error("queue missing"));

  await assertRejects(() => scenario.runToEnd(), Error, "queue missing");

  assertEquals(scenario.journal.includes("snapshot"), false);
});
