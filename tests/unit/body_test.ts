import { assertEquals } from "@std/assert";
import { readBody } from "../../src/decode/body.ts";
import { Uuid } from "../../src/model/uuid.ts";
import { type BodyOutcome, modelOfBody } from "../support/body_model.ts";
import { bytes } from "../support/messages.ts";
import { test } from "../support/pure.ts";

const ROUTE = { userId: "user", type: "created" };
const UUID = "0f47ac10-58cc-4372-a567-0e02b2c3d479";
const SHAPES = [`{"id":"${UUID}"}`, `{"id": "${UUID}"}`];

test("readBody() does not care where in a buffer the body lies", () => {
  for (const shape of SHAPES) {
    const buffer = bytes(`xx${shape}"}`);
    assertEquals(
      outcomeOf(buffer.subarray(2, 2 + shape.length)),
      { id: UUID, isUuid: true },
    );
  }
});

test("readBody() agrees with JSON.parse when any byte of the plain shape is another", () => {
  for (const shape of SHAPES) {
    for (let at = 0; at < shape.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        const body = bytes(shape);
        body[at] = byte;
        agree(body, `byte ${byte} at ${at} of ${shape}`);
      }
    }
  }
});

test("readBody() agrees with JSON.parse when a byte is missing or too many", () => {
  for (const shape of SHAPES) {
    const body = bytes(shape);
    for (let at = 0; at <= body.length; at++) {
      const [before, after] = [body.slice(0, at), body.slice(at)];
      agree(new Uint8Array([...before, ...after.slice(1)]), `without ${at}`);
      for (const byte of bytes(' 0a"\\{}:,')) {
        agree(
          new Uint8Array([...before, byte, ...after]),
          `${byte} at ${at}`,
        );
      }
    }
  }
});

test("readBody() agrees with JSON.parse on other spellings of an id", () => {
  const bodies = [
    `{"id":"${UUID}","more":{"id":"other"}}`,
    `{"more":1,"id":"${UUID}"}`,
    `{"id":"first","id":"${UUID}"}`,
    `{"id":"${UUID}","id":"last"}`,
    `\n{ "id" : "${UUID}" }\t`,
    `{"i\\u0064":"${UUID}"}`,
    `{"id":"\\u0030${UUID.slice(1)}"}`,
    `{"id":"${UUID.toUpperCase()}"}`,
    `{"id":"\\ud83d"}`,
    `{"id":"a\\u0000b"}`,
    `{"__proto__":{"id":"${UUID}"}}`,
    `{"ID":"${UUID}"}`,
    `["id","${UUID}"]`,
    `"${UUID}"`,
    `\ufeff{"id":"1"}\r\n`,
    `{"id":"{${UUID}}"}`,
  ];

  for (const body of bodies) agree(bytes(body), body);
});

test("readBody() takes an id of 1,024 bytes at most, whatever its characters", () => {
  const fits = (id: string) =>
    typeof outcomeOf(bytes(`{"id":"${id}"}`)) !== "string";
  assertEquals(
    ["x".repeat(1_024), "x".repeat(1_025), "ü".repeat(512), "ü".repeat(513)]
      .map(fits),
    [true, false, true, false],
  );
});

function agree(body: Uint8Array<ArrayBuffer>, what: string): void {
  assertEquals(outcomeOf(body), modelOfBody(body), what);
}

function outcomeOf(body: Uint8Array<ArrayBuffer>): BodyOutcome {
  const read = readBody(body, ROUTE);
  return typeof read === "string"
    ? read
    : { id: read.id, isUuid: read.key instanceof Uuid };
}
