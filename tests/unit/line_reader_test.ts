import { assertEquals, assertRejects } from "@std/assert";
import { EventCounterError } from "../../src/model/errors.ts";
import { readLines } from "../../src/source/ndjson/line_reader.ts";
import { everySequence } from "../support/every_sequence.ts";
import { bytes } from "../support/messages.ts";
import { test } from "../support/pure.ts";

/** Latin-1 makes one character of each byte, so text stands for any bytes. */
const textOf = (line: Uint8Array) =>
  [...line].map((byte) => String.fromCharCode(byte)).join("");

/** Every way to cut bytes into pieces. */
function* everyCut(whole: Uint8Array): Generator<Uint8Array[]> {
  if (whole.length < 2) return yield [whole];
  for (const rest of everyCut(whole.subarray(1))) {
    const first = whole.subarray(0, 1);
    yield [first, ...rest];
    const [next, ...others] = rest;
    yield [whole.subarray(0, 1 + next!.length), ...others];
  }
}

async function* sequence<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function linesOf(
  chunks: readonly Uint8Array[],
  limit?: number,
): Promise<string[]> {
  const lines = await Array.fromAsync(
    readLines(sequence(chunks), "the input", limit),
  );
  return lines.flat().map(textOf);
}

test("readLines() gives the lines of the whole, however it is cut", async () => {
  for (const bytes of everySequence([0x0a, 0x0d, 0x61, 0xff], 5)) {
    const whole = new Uint8Array(bytes);
    const expected = textOf(whole).split("\n")
      .filter((line) => !/^[ \t\r]*$/.test(line));
    for (const pieces of everyCut(whole)) {
      assertEquals(await linesOf(pieces), expected);
    }
  }
});

test("readLines() gives no line for an empty piece, and leaves blank lines out", async () => {
  const pieces = ["", "a", "", "\n", "", " \t\r\n", "\n", "b", "", ""];

  assertEquals(await linesOf(pieces.map(bytes)), ["a", "b"]);
});

test("readLines() leaves out a byte order mark, at the very beginning alone", async () => {
  const mark = "\u{feff}";
  for (const pieces of everyCut(bytes(`${mark}a\n${mark}b`))) {
    assertEquals(await linesOf(pieces), ["a", textOf(bytes(`${mark}b`))]);
  }
  assertEquals(await linesOf([bytes(mark)]), []);
});

test("readLines() hands over the lines of each piece together", async () => {
  const pieces = ["a\nb\nc", "c\n", "d"].map(bytes);

  const lines = await Array.fromAsync(readLines(sequence(pieces), "input"));

  assertEquals(lines.map((group) => group.map(textOf)), [
    ["a", "b"],
    ["cc"],
    [],
    ["d"],
  ]);
});

test("readLines() keeps no hold on the pieces it was given", async () => {
  const piece = bytes("first\nsecond\n");
  const lines: Uint8Array[] = [];
  for await (const group of readLines(sequence([piece]), "the input")) {
    lines.push(...group);
  }

  piece.fill(0);

  assertEquals(lines.map(textOf), ["first", "second"]);
});

test("readLines() takes a line as long as the limit, and refuses a longer one with exit code 65", async () => {
  const line = "x".repeat(100);
  const [head, tail] = [line.slice(0, 60), line.slice(60)];
  const cut = [bytes(head), bytes(`${tail}\na`)];
  assertEquals(await linesOf(cut, 100), [line, "a"]);
  assertEquals(await linesOf([bytes(line)], 100), [line]);

  for (
    const pieces of [
      [`a\n\n${line}x\n`],
      ["a\n\n", `${line}x`],
      ["a\n", "\n", head, `${tail}x`],
    ]
  ) {
    const error = await assertRejects(
      () => linesOf(pieces.map(bytes), 100),
      EventCounterError,
      "Cannot read the input: line 3 is longer than 100 bytes",
    );
    assertEquals(error.exitCode, 65);
  }
});

test("readLines() does not wait for the end of a line that is too long", async () => {
  let pieces = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      pieces++;
      yield bytes("x".repeat(40));
    }
  }

  await assertRejects(
    () => Array.fromAsync(readLines(endless(), "the input", 100)),
    EventCounterError,
  );

  assertEquals(pieces, 3);
});
