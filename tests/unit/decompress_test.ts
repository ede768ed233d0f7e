import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { BODY_LIMIT } from "../../src/decode/body.ts";
import { Decoder } from "../../src/decode/decoder.ts";
import { deliveryOf, raw } from "../support/messages.ts";
import { test } from "../support/pure.ts";

const decoder = new Decoder(new Set(["t"]));
const plain = '{"id":"1"}';

/** The id that comes out, in brackets, or the reason. */
function outcome(contentEncoding: string, body: Uint8Array | string): string {
  const message = raw(
    "u.event.t",
    typeof body === "string" ? body : new Uint8Array(body),
  );
  const properties = { contentEncoding };
  const decoded = decoder.decode({ ...deliveryOf(message), properties });
  return typeof decoded === "string" ? decoded : `[${decoded.id}]`;
}

test("bodies are decompressed as their encoding says, and others are left alone", () => {
  const twice = Buffer.concat([gzipSync('{"id":'), gzipSync('"1"}')]);
  for (
    const [encoding, body] of [
      ["gzip", gzipSync(plain)],
      [" X-GZip ", gzipSync(plain)],
      ["gzip", twice],
      ["deflate", deflateSync(plain)],
      ["deflate", deflateRawSync(plain)],
      ["utf-8", plain],
      ["", plain],
    ] as const
  ) assertEquals(outcome(encoding, body), "[1]", encoding);
  assertEquals(outcome("br", gzipSync(plain)), "bad_json");
});

test("what cannot be decompressed is bad_encoding", () => {
  const gzip = gzipSync(plain);
  for (const body of [plain, "", gzip.subarray(0, -1), gzip.subarray(1)]) {
    assertEquals(outcome("gzip", body), "bad_encoding");
  }
  const deflate = deflateSync(plain).subarray(0, -1);
  assertEquals(outcome("deflate", deflate), "bad_encoding");
  gzip[gzip.length - 8]! ^= 1; // its checksum
  assertEquals(outcome("gzip", gzip), "bad_encoding");
});

test("no more than the limit is inflated", () => {
  const ofSize = (size: number) =>
    `{"id":"1","x":"${"x".repeat(size - '{"id":"1","x":""}'.length)}"}`;
  assertEquals(outcome("gzip", gzipSync(ofSize(BODY_LIMIT))), "[1]");
  // Cut short: whoever inflated all of it would find that out.
  const cut = gzipSync(ofSize(16 * BODY_LIMIT)).subarray(0, -9);
  assertEquals(outcome("gzip", cut), "body_too_large");
  const large = gzipSync(plain + " ".repeat(BODY_LIMIT), { level: 0 });
  assertEquals(outcome("gzip", large), "body_too_large");
});
