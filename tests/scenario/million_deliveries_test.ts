import { assertEquals } from "@std/assert";
import { MemoryLedger } from "../../src/ledger/memory/memory_ledger.ts";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import { ArraySource } from "../bench/array_source.ts";
import { contentOf } from "../support/ledger_content.ts";
import { test } from "../support/pure.ts";
import { makeStream } from "../support/stream_of_events.ts";

const SIZE = 1_000_000;

test("1,000,000 random deliveries pass the pipeline, and equal a model", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  console.log(`seed ${seed}`);
  const stream = makeStream({ seed, size: SIZE, users: 200 });

  const ledger = new MemoryLedger();
  const result = await new Pipeline({
    source: new ArraySource(stream.messages),
    ledger,
  }).run();

  assertEquals(
    [result.received, result.unique, result.duplicates, result.rejected],
    [SIZE, stream.unique, stream.duplicates, stream.rejected.length],
  );
  const { counts } = await contentOf(ledger);
  const files = counts.map(([type, users]) =>
    [
      `${type}.json`,
      JSON.stringify(Object.fromEntries(users), null, 2) + "\n",
    ] as const
  );
  assertEquals(new Map(files), new Map(stream.files));
});
