import { assertEquals } from "@std/assert";
import { Random } from "../../../src/publish/random.ts";
import { posixChecksum } from "../../../tools/compile/posix_checksum.ts";

const pure = { permissions: "none" } as const;
const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("POSIX checksum: known vectors", pure, () => {
  for (
    const [bytes, sum] of [
      [new Uint8Array(), 4_294_967_295],
      [encode("123456789"), 930_766_865],
      [encode("a"), 1_220_704_766],
      [new Uint8Array([0xff]), 3_045_181_057],
      // The length is part of the sum, here as one byte and as two.
      [new Uint8Array(255), 1_309_196_107],
      [new Uint8Array(256), 4_215_202_376],
    ] as const
  ) {
    assertEquals(posixChecksum(bytes), sum, `${bytes.length} bytes`);
  }
});

Deno.test("POSIX checksum: cksum agrees, whatever the bytes", {
  permissions: { run: ["cksum"] },
}, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  const random = new Random(seed);
  for (const length of [0, 1, 2, 255, 256, 65_535, 65_536, 100_001]) {
    const bytes = Uint8Array.from({ length }, () => random.next() & 0xff);
    const child = new Deno.Command("cksum", {
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const [{ stdout }] = await Promise.all([
      child.output(),
      new Blob([bytes]).stream().pipeTo(child.stdin),
    ]);
    assertEquals(
      new TextDecoder().decode(stdout),
      `${posixChecksum(bytes)} ${length}\n`,
    );
  }
});
