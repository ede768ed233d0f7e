import { assertEquals } from "@std/assert";
import { ClaimedIds } from "../../src/ledger/sqlite/claimed_ids.ts";
import { parseUuid, readUuid, UUID_TEXT_LENGTH } from "../../src/model/uuid.ts";
import { bytes } from "../support/messages.ts";
import { test } from "../support/pure.ts";

const CANONICAL = "0f47ac10-58cc-4372-a567-0e02b2c3d479";

test("toString() gives back the text of 1,000 random ids", () => {
  for (let i = 0; i < 1_000; i++) {
    const text = crypto.randomUUID();
    assertEquals(parseUuid(text)?.toString(), text);
    assertEquals(readUuid(bytes(`??${text}?`), 2)?.toString(), text);
  }
});

test("parseUuid() takes no other spelling for a UUID", () => {
  const others = [
    CANONICAL.toUpperCase(),
    CANONICAL.replace("a", "A"),
    `{${CANONICAL}}`,
    `urn:uuid:${CANONICAL}`,
    CANONICAL.replaceAll("-", ""),
    ` ${CANONICAL}`,
    `${CANONICAL} `,
    CANONICAL.slice(1),
    CANONICAL + "0",
    CANONICAL.replace("0f47ac10-", "0f47ac1-0"),
    CANONICAL.replace("f", "g"),
    // U+0130 has the low byte of the digit "0": only whole characters count.
    CANONICAL.replace("0", "\u0130"),
    "",
  ];

  for (const text of others) assertEquals(parseUuid(text), undefined, text);
});

test("readUuid() refuses each byte that has no place where it stands", () => {
  for (let at = 0; at < UUID_TEXT_LENGTH; at++) {
    const allowed = CANONICAL[at] === "-" ? "-" : "0123456789abcdef";
    for (let byte = 0; byte < 256; byte++) {
      const changed = bytes(CANONICAL);
      changed[at] = byte;
      assertEquals(
        readUuid(changed, 0) !== undefined,
        allowed.includes(String.fromCharCode(byte)),
        `byte ${byte} at ${at}`,
      );
    }
  }
});

test("ClaimedIds puts 16 bytes after 16, most significant first", () => {
  const texts = [
    CANONICAL,
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "80000000-0000-0000-0000-000000000001",
  ];

  const claimed = new ClaimedIds();
  for (const text of texts) claimed.add(parseUuid(text)!);

  assertEquals(claimed.uuids.toHex(), texts.join("").replaceAll("-", ""));
});
