import { assertEquals } from "@std/assert";
import { MemoryLedger } from "../../src/ledger/memory/memory_ledger.ts";
import { Pipeline } from "../../src/pipeline/pipeline.ts";
import { Random } from "../../src/publish/random.ts";
import { ArraySource } from "../bench/array_source.ts";
import { contentOf } from "../support/ledger_content.ts";
import { test } from "../support/pure.ts";

const SIZE = 1_000_000;
const TYPES = ["created", "updated", "deleted", "renamed"];
const encoder = new TextEncoder();

test("1,000,000 random deliveries pass the pipeline, and equal a model", async () => {
  const messages: { routingKey: string; body: Uint8Array<ArrayBuffer> }[] = [];
  const seen = new Set<string>();
  const totals = new Map<string, number>();
  let duplicates = 0, rejected = 0;
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  console.log(`seed ${seed}`);
  const random = new Random(seed);
  for (let i = 0; i < SIZE; i++) {
    const user = `user${random.below(200)}`;
    const type = TYPES[random.below(TYPES.length)]!;
    // Of half a million ids, so that many come again; every eighth is text.
    const choice = random.below(500_000);
    const number = choice.toString(16).padStart(12, "0");
    const id = choice % 8 === 0
      ? `id ${number}`
      : `00000000-0000-4000-8000-${number}`;
    const body = encoder.encode(JSON.stringify({ id }));
    const isBroken = random.below(100) === 0;
    // Without its first byte it is no JSON any more.
    messages.push({
      routingKey: `${user}.event.${type}`,
      body: isBroken ? body.slice(1) : body,
    });
    if (isBroken || type === "renamed") rejected++;
    else if (seen.has(id)) duplicates++;
    else {
      seen.add(id);
      const name = `${type} ${user}`;
      totals.set(name, (totals.get(name) ?? 0) + 1);
    }
  }

  const ledger = new MemoryLedger();
  const result = await new Pipeline({
    source: new ArraySource(messages),
    ledger,
  }).run();

  assertEquals(
    [result.received, result.unique, result.duplicates, result.rejected],
    [SIZE, seen.size, duplicates, rejected],
  );
  const { counts } = await contentOf(ledger);
  const counted = counts.flatMap(([type, users]) =>
    users.map(([user, count]) => [`${type} ${user}`, count] as const)
  );
  assertEquals(new Map(counted.toSorted()), new Map([...totals].toSorted()));
});
