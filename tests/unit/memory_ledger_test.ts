import { assertEquals } from "@std/assert";
import { MemoryLedger } from "../../src/ledger/memory/memory_ledger.ts";

Deno.test("MemoryLedger allows acks after the snapshot only", {
  permissions: "none",
}, () => {
  assertEquals(new MemoryLedger().ackAfter, "snapshot");
});
