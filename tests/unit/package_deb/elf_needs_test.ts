import { assertEquals } from "@std/assert";
import { elfNeeds } from "../../../tools/package_deb/elf_needs.ts";

const test = (name: string, fn: () => void) =>
  Deno.test({ name, fn, permissions: "none" });

test("elfNeeds() refuses what is no ELF of 64 bits, lowest byte first", () => {
  const elf = new Uint8Array(64);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  assertEquals(elfNeeds(elf), { libraries: [], versions: [] });
  for (const [at, value] of [[0, 0], [4, 1], [5, 2]] as const) {
    assertEquals(elfNeeds(elf.with(at, value)), undefined, `${at}`);
  }
  assertEquals(elfNeeds(elf.subarray(0, 63)), undefined);
});

/** Where the parts of {@linkcode executable} begin. */
const NAMES = 64, DYNAMIC = 128, VERSIONS = 192, SECTIONS = 272;

test("elfNeeds() reads libraries and the versions of every file", () => {
  assertEquals(elfNeeds(executable()), {
    libraries: ["liba.so", "libb.so"],
    versions: ["A_1", "A_2", "B_1"],
  });
});

/** An executable with only what is read of one. */
function executable(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SECTIONS + 3 * 64);
  const view = new DataView(bytes.buffer);
  const short = (at: number, value: number) => view.setUint16(at, value, true);
  const word = (at: number, value: number) => view.setUint32(at, value, true);
  const long = (at: number, value: number) =>
    view.setBigUint64(at, BigInt(value), true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  long(40, SECTIONS);
  short(58, 64);
  short(60, 3);

  const names = "\0liba.so\0libb.so\0A_1\0A_2\0B_1\0";
  bytes.set(new TextEncoder().encode(names), NAMES);
  const name = (text: string) => names.indexOf(`\0${text}\0`) + 1;
  // Two needed libraries, and between them something else.
  for (
    const [index, tag, value] of [
      [0, 1, name("liba.so")],
      [1, 12, 4_096],
      [2, 1, name("libb.so")],
    ] as const
  ) {
    long(DYNAMIC + index * 16, tag);
    long(DYNAMIC + index * 16 + 8, value);
  }
  // A file with two versions, then one with one: 16 bytes each.
  const file = (at: number, count: number, next: number) => {
    short(VERSIONS + at + 2, count);
    word(VERSIONS + at + 8, 16);
    word(VERSIONS + at + 12, next);
  };
  const version = (at: number, text: string, next: number) => {
    word(VERSIONS + at + 8, name(text));
    word(VERSIONS + at + 12, next);
  };
  file(0, 2, 48);
  version(16, "A_1", 16);
  version(32, "A_2", 0);
  file(48, 1, 0);
  version(64, "B_1", 0);
  const section = (
    index: number,
    type: number,
    [offset, size]: readonly [number, number],
    info = 0,
  ) => {
    const at = SECTIONS + index * 64;
    word(at + 4, type);
    long(at + 24, offset);
    long(at + 32, size);
    word(at + 44, info);
  };
  section(0, 3, [NAMES, names.length]);
  section(1, 6, [DYNAMIC, 48]);
  section(2, 0x6ffffffe, [VERSIONS, 80], 2);
  return bytes;
}
