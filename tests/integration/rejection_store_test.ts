import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { RejectionStore } from "../../src/ledger/memory/rejection_store.ts";
import { rejection } from "../support/ledger_content.ts";
import { test } from "../support/pure.ts";

const MEBIBYTE = 1024 * 1024;

/** A megabyte each; comparing larger ones would take seconds. */
const rejections = Array.from(
  { length: 20 },
  (_, i) => rejection(new Uint8Array(MEBIBYTE).fill(i), `${i}.event.created`),
);

Deno.test("RejectionStore gives back every body, from memory or from its temporary file, in pages of 8 MiB", () => {
  const store = new RejectionStore(5 * MEBIBYTE);
  for (const one of rejections) store.add(one);

  const pages = [...store.pages(1)];

  assertEquals(pages.map(({ length }) => length), [8, 8, 3]);
  for (const [i, { body, ...rest }] of pages.flat().entries()) {
    const { body: expected, ...others } = rejections[i + 1]!;
    assertEquals(Buffer.compare(body, expected), 0);
    assertEquals(rest, { ...others, row: i + 2 });
  }
  store.close();
});

test("RejectionStore has no more bytes of bodies in memory than it may", () => {
  const store = new RejectionStore(5 * MEBIBYTE);
  for (const one of rejections.slice(0, 5)) store.add(one);

  // A file is what it must not have here.
  assertThrows(() => store.add(rejections[5]!), Error, "memory:");
});
