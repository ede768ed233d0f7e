/** When the files are made, and what happens if they cannot be. */
import { assertEquals, assertRejects } from "@std/assert";
import { durableAdapters, ledgerAdapters } from "../support/ledger_adapters.ts";
import { event, uuid } from "../support/messages.ts";
import { promise, Scenario } from "../support/scenario.ts";

const forgetful = ledgerAdapters.filter(({ crash }) => crash === undefined);

const events = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) => event("a", "created", uuid(from + i)),
  );

promise(
  "an empty run repairs the files that a crash has left behind",
  durableAdapters,
  async ({ ledger }) => {
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
  },
);

promise(
  "an empty run with a ledger that forgets leaves the files alone",
  forgetful,
  async ({ ledger }) => {
    const scenario = new Scenario(ledger);

    const { files } = await scenario.runToEnd();

    assertEquals([files, scenario.journal.includes("snapshot")], [[], false]);
  },
);

promise(
  "with a ledger that forgets, a snapshot that fails acks nothing",
  forgetful,
  async ({ ledger }) => {
    const scenario = new Scenario(ledger, {
      snapshot: () => Promise.reject(new Error("disk full")),
    });

    await assertRejects(
      () => scenario.runToEnd(...events(0, 7)),
      Error,
      "disk full",
    );

    assertEquals(scenario.source.acks, []);
    assertEquals(scenario.source.leftInQueue.length, 7);
  },
);

promise(
  "with a durable ledger, a snapshot that fails ends the run with its error, and everything is acked",
  durableAdapters,
  async ({ ledger }) => {
    const scenario = new Scenario(ledger, {
      snapshot: () => Promise.reject(new Error("disk full")),
    });

    await assertRejects(
      () => scenario.runToEnd(...events(0, 7)),
      Error,
      "disk full",
    );

    assertEquals(scenario.source.leftInQueue, []);
    assertEquals(scenario.journal.at(-1), "close");
  },
);

promise(
  "with a durable ledger, a run that fails still makes the files equal the ledger",
  durableAdapters,
  async ({ ledger }) => {
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
  },
);

promise(
  "a run that counted nothing and fails touches no file",
  durableAdapters,
  async ({ ledger }) => {
    const scenario = new Scenario(ledger);
    scenario.source.fail(new Error("queue missing"));

    await assertRejects(() => scenario.runToEnd(), Error, "queue missing");

    assertEquals(scenario.journal.includes("snapshot"), false);
  },
);
