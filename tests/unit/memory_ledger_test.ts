import { assertEquals } from "@std/assert";
import { MemoryLedger } from "../../src/ledger/memory_ledger.ts";

Deno.test("MemoryLedger allows acks after the snapshot only", {
  permissions: "none",
}, () => {
  assertEquals(new MemoryLedger().ackAfter, "snapshot");
});
