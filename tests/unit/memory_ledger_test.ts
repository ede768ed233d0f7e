import { assertEquals } from "@std/assert";
import { MemoryLedger } from "../../src/ledger/memory_ledger.ts";
import {
  batchOf,
  contentOf,
  fingerprintsOf,
  loadedFrom,
  rejection,
} from "../support/ledger_content.ts";

Deno.test("MemoryLedger allows acks after the snapshot only", {
  permissions: "none",
}, () => {
  assertEquals(new MemoryLedger().ackAfter, "snapshot");
});

Deno.test("MemoryLedger remembers no ids, but the rejections of earlier runs", {
  permissions: "none",
}, async () => {
  const earlier = [rejection("first"), rejection("second")];
  const ledger = new MemoryLedger(earlier);

  assertEquals(await loadedFrom(ledger), {
    ids: [],
    rejected: fingerprintsOf(earlier),
  });
});

Deno.test("MemoryLedger puts the rejections of earlier runs before its own", {
  permissions: "none",
}, async () => {
  const earlier = [rejection("first")];
  const ledger = new MemoryLedger(earlier);

  await ledger.checkpoint(batchOf({ rejections: [rejection("second")] }));

  assertEquals(await contentOf(ledger), {
    counts: [],
    rejections: [rejection("first"), rejection("second")],
  });
  assertEquals(earlier.length, 1);
});
