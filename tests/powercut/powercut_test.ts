import { assert, assertEquals } from "@std/assert";
import { Choices, chooseSeed } from "../fault/seed.ts";
import { cutEverywhere, tell } from "./crew.ts";
import { type Kind, KINDS, type Patch, record } from "./recording.ts";

const seed = chooseSeed();

/** Power cuts at each point of a recording; `deno task powercut` does more. */
const MOST = 2;

async function cut(kind: Kind, patch?: Patch) {
  const choices = new Choices(seed, kind);
  console.log(choices.repeat);
  const recording = await record(kind, choices, patch);
  const { disks, failures } = await cutEverywhere(recording, MOST, seed);
  console.log(`${disks} disks of ${recording.steps.length} steps`);
  return { recording, failures };
}

const NAMES: Readonly<Record<Kind, string>> = {
  queue: "at any point of a drain",
  memory: "memory: at any point of a drain",
  stream: "at any point of reading a stream",
  repair: "at any point of the run after a power cut",
};

for (const kind of KINDS) {
  Deno.test(`power cut ${NAMES[kind]}: totals, files and rejections exact after the next run`, async () => {
    const { recording, failures } = await cut(kind);
    assertEquals(await tell(recording, failures), []);
  });
}

interface Bug {
  readonly name: string;
  readonly kind: Kind;
  readonly why: RegExp;
  readonly patch: Patch;
}

const BUGS: readonly Bug[] = [
  {
    name: "a commit that is not synced",
    kind: "queue",
    why: /ids in the ledger/,
    patch: {
      file: "ledger/sqlite/sqlite_file.ts",
      old: "synchronous = FULL",
      new: "synchronous = OFF",
    },
  },
  {
    name: "a file that is not synced before its rename",
    kind: "queue",
    why: /is no whole file/,
    patch: {
      file: "output/draft.ts",
      old: "await file.sync();",
      new: "",
    },
  },
  {
    name: "names that are not synced",
    kind: "memory",
    why: /created.json/,
    patch: {
      file: "output/output_folder.ts",
      old: "await handle.sync();",
      new: "",
    },
  },
  {
    name: "an ack before its commit",
    kind: "queue",
    why: /ids in the ledger/,
    patch: {
      file: "pipeline/checkpointer.ts",
      old: "await this.#commit(batch, rejections);",
      new: `batch.acks.send();
            await new Promise((resolve) => setTimeout(resolve, 5));
            await this.#commit(batch, rejections);`,
    },
  },
];

for (const { name, kind, why, patch } of BUGS) {
  Deno.test(`power cuts find ${name}`, async () => {
    const { failures } = await cut(kind, patch);
    const complaints = failures.flatMap(({ complaints }) => complaints);
    assert(complaints.some((line) => why.test(line)), complaints.join("\n"));
  });
}
