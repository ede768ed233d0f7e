/** What becomes of rejections that are counted after all, or forgotten. */
import { assertEquals, assertRejects } from "@std/assert";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { Snapshot } from "../../src/output/snapshot.ts";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import type { RunResult } from "../../src/pipeline/run_result.ts";
import type { Source } from "../../src/source/source.ts";
import { RecordedSource } from "../../src/source/recorded_source.ts";
import { durableAdapters } from "../support/ledger_adapters.ts";
import {
  checkpoint,
  contentOf,
  rejection,
  rejectionsOf,
} from "../support/ledger_content.ts";
import { again, event, type Message, raw } from "../support/messages.ts";
import { postgresAdapter } from "../support/postgres_place.ts";
import { ScriptedSource } from "../support/scripted_source.ts";
import { filesIn } from "../support/snapshot_content.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

/** Opens the ledger of a test; again, as after a crash, whenever it is called. */
type Reopen = () => Promise<Ledger>;

function contract(promise: string, test: (open: Reopen) => Promise<void>) {
  for (const adapter of [...durableAdapters, postgresAdapter]) {
    Deno.test(`${adapter.name}: ${promise}`, {
      permissions: { ...folder.permissions, ...adapter.permissions },
    }, async () => {
      let place = folder.make();
      let ledger: Ledger | undefined;
      const open = async () => {
        if (ledger !== undefined) {
          const copy = folder.make();
          await adapter.crash(place, copy);
          await ledger.close();
          place = copy;
        }
        return ledger = await adapter.open(place);
      };
      try {
        await test(open);
      } finally {
        await ledger?.close();
      }
    });
  }
}

function run(
  ledger: Ledger,
  source: Source,
  ...types: string[]
): Promise<RunResult> {
  return new Pipeline({
    ...{ ledger, source, types: new Set(types), idle: 0, checkpointSize: 2 },
  }).run();
}

function replay(ledger: Ledger, ...types: string[]): Promise<RunResult> {
  return run(ledger, new RecordedSource(ledger.rejections()), ...types);
}

function delivering(messages: readonly Message[]): ScriptedSource {
  const source = new ScriptedSource();
  source.push(...messages);
  source.end();
  return source;
}

/** As a kill does in the middle of the second commit. */
function dyingInSecondCommit(ledger: Ledger): Ledger {
  let commits = 0;
  return new Proxy(ledger, {
    get(target, name) {
      if (name === "commit" && ++commits === 2) throw new Error("killed");
      const member = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

contract(
  "what a replay counts leaves the rejections with its count, also where it is killed",
  async (open) => {
    const bad = raw("ann.event.renamed", "{");
    const renamed = ["1", "2", "1", "3"].map((id) =>
      event("ann", "renamed", id)
    );
    let ledger = await open();
    await run(
      ledger,
      delivering([event("ann", "created", "3"), bad, ...renamed]),
      "created",
    );
    const [first] = await rejectionsOf(ledger);
    const leftBy = async () => ({
      counted: (await contentOf(ledger)).counts.at(-1)?.[1],
      left: (await rejectionsOf(ledger)).length,
    });

    await assertRejects(
      () => replay(dyingInSecondCommit(ledger), "created", "renamed"),
      Error,
      "killed",
    );
    ledger = await open();
    assertEquals(await leftBy(), { counted: [["ann", 1]], left: 4 });

    const { unique, duplicates, rejected } = await replay(
      ledger,
      ...["created", "renamed"],
    );
    assertEquals({ unique, duplicates, rejected }, {
      ...{ unique: 1, duplicates: 2, rejected: 1 },
    });
    ledger = await open();
    assertEquals(await leftBy(), { counted: [["ann", 2]], left: 1 });
    assertEquals(await rejectionsOf(ledger), [first!]);
    assertEquals((await replay(ledger, "created", "renamed")).rejected, 1);
    assertEquals(await rejectionsOf(ledger), [first!]);
  },
);

contract(
  "a message whose record is gone is no new one when its ack was lost",
  async (open) => {
    const messages = [
      raw("a", "x"),
      raw("b", "x"),
      event("ann", "created", "1"),
    ];
    let ledger = await open();
    // As if the acks never arrived.
    await ledger.beginRun(0);
    await checkpoint(ledger, {
      rejections: [
        rejection("x", "a", "bad_routing_key", 1),
        rejection("x", "b", "bad_routing_key", 2),
      ],
    });
    assertEquals(await ledger.forgetRejections!({ before: 2 }), 1);
    assertEquals(await ledger.forgetRejections!({ reason: "bad_json" }), 0);
    assertEquals((await rejectionsOf(ledger)).map((each) => each.at), [2]);
    ledger = await open();

    await run(ledger, delivering(again(messages)), "created");
    assertEquals((await rejectionsOf(ledger)).map((each) => each.at), [2]);
    await run(ledger, delivering(messages), "created");
    assertEquals((await rejectionsOf(ledger)).length, 3);
  },
);

contract("rejected.ndjson follows what is removed", async (open) => {
  const out = folder.make();
  const write = async () => {
    await new Snapshot(out, []).write(ledger);
    return Object.values(filesIn(out)).join("").split("\n").filter(Boolean)
      .map((line) => JSON.parse(line).body);
  };
  const record = async (...bodies: string[]) => {
    await ledger.beginRun(0);
    const rejections = bodies.map((body) =>
      rejection(body, "a", body === "b" ? "bad_id" : "bad_json")
    );
    await checkpoint(ledger, { rejections });
  };
  let ledger = await open();
  await record("a", "b", "c");
  assertEquals(await write(), ["a", "b", "c"]);

  await ledger.forgetRejections!({ reason: "bad_id" });
  // The files are written by the run that comes next.
  ledger = await open();
  await record("d");
  assertEquals(await write(), ["a", "c", "d"]);
  await record("e");
  assertEquals(await write(), ["a", "c", "d", "e"]);

  await ledger.forgetRejections!({});
  assertEquals(await write(), []);
  assertEquals(filesIn(out), {});
  await record("f");
  assertEquals(await write(), ["f"]);
});
