import { assertEquals } from "@std/assert";
import { MemoryLedger } from "../../src/ledger/memory/memory_ledger.ts";
import { test } from "../support/pure.ts";

test("MemoryLedger allows acks after the snapshot only", () => {
  assertEquals(new MemoryLedger().ackAfter, "snapshot");
});
