import { assertEquals } from "@std/assert";
import { jsonFiles, Place } from "../support/broker_place.ts";
import { runProgram } from "../support/program.ts";

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);
const withId = (id: unknown) => bytes(JSON.stringify({ id }));
const MEBIBYTE = 1024 * 1024;

/** A JSON body of exactly so many bytes. */
function bodyOf(id: string, size: number): Uint8Array<ArrayBuffer> {
  const frame = JSON.stringify({ id, fill: "" }).length;
  return bytes(JSON.stringify({ id, fill: "x".repeat(size - frame) }));
}

/** Users like any other, whatever they are called. */
const USERS = [
  "__proto__",
  "constructor",
  "toString",
  "a.b.c",
  "john.doe@example.com",
  "🦕",
  "ü".repeat(100),
  "event",
  " ",
  'quote"and\\backslash',
  "nul\0in the middle",
];

/** Ids that are all different ids. */
const IDS = [
  "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
  "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6",
  "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}",
  "00000000-0000-0000-0000-000000000000",
  "1",
  "01",
  "1.0",
  "__proto__",
  "x".repeat(1_024),
  "ü".repeat(512),
];

const REJECTED: readonly [
  reason: string,
  routingKey: string,
  body: Uint8Array<ArrayBuffer>,
][] = [
  ["bad_routing_key", ".event.created", withId("empty user")],
  ["bad_routing_key", "user.event.", withId("empty type")],
  ["bad_routing_key", "user.created", withId("two words")],
  ["bad_routing_key", "user.events.created", withId("no event")],
  ["unknown_type", "user.event.renamed", withId("type")],
  ["unknown_type", "user.event.Created", withId("capital")],
  ["bad_json", "user.event.created", bytes("null")],
  ["bad_json", "user.event.created", bytes("[]")],
  ["bad_json", "user.event.created", bytes('"text"')],
  ["bad_json", "user.event.created", bytes("")],
  ["bad_json", "user.event.created", bytes('{"id":"trunca')],
  ["bad_json", "user.event.created", new Uint8Array([0xff, 0xfe, 0x7b])],
  [
    "bad_json",
    "user.event.created",
    new Uint8Array([...bytes('{"id":"'), 0xc3, 0x28, ...bytes('"}')]),
  ],
  ["missing_id", "user.event.created", bytes("{}")],
  ["missing_id", "user.event.created", bytes('{"ID":"1"}')],
  ["bad_id", "user.event.created", withId("")],
  ["bad_id", "user.event.created", withId(7)],
  ["bad_id", "user.event.created", withId(null)],
  ["bad_id", "user.event.created", withId({})],
  ["bad_id", "user.event.created", withId("x".repeat(1_025))],
  ["bad_id", "user.event.created", withId("ü".repeat(513))],
  ["body_too_large", "user.event.created", bodyOf("large", MEBIBYTE + 1)],
  ["body_too_large", "user.event.created", bodyOf("larger", 2 * MEBIBYTE)],
];

interface Line {
  time: string;
  reason: string;
  routingKey: string;
  body?: string;
  bodyBase64?: string;
}

Deno.test("every kind of delivery ends where the design says", async (test) => {
  await using place = await Place.make();
  await place.declare("#");
  const good = [
    ...USERS.map((user, i) => ({
      routingKey: `${user}.event.created`,
      body: withId(`user ${i}`),
    })),
    ...IDS.map((id) => ({
      routingKey: "ids.event.updated",
      body: withId(id),
    })),
    { routingKey: "big.event.deleted", body: bodyOf("exactly", MEBIBYTE) },
    {
      routingKey: "members.event.deleted",
      body: bytes('{"other":[1,{"id":"no"}],"id":"with others"}'),
    },
  ];
  await place.publish([
    ...good,
    ...REJECTED.map(([, routingKey, body]) => ({ routingKey, body })),
    ...good,
  ]);
  const { out } = place;
  const { stdout, code } = await place.count("--until-empty");
  const lines = (await Deno.readTextFile(`${out}/rejected.ndjson`)).trimEnd()
    .split("\n").map((line): Line => JSON.parse(line));

  await test.step("each good one is counted once", async () => {
    assertEquals(code, 0);
    const summary = JSON.parse(stdout);
    assertEquals(summary.unique, good.length);
    assertEquals(summary.duplicates, good.length);
    const files = await jsonFiles(out);
    const created = JSON.parse(files.get("created.json")!);
    assertEquals(Object.keys(created).sort(), USERS.toSorted());
    assertEquals(Object.values(created), USERS.map(() => 1));
    assertEquals(JSON.parse(files.get("updated.json")!), { ids: IDS.length });
    assertEquals(JSON.parse(files.get("deleted.json")!), {
      big: 1,
      members: 1,
    });
  });

  await test.step("each bad one is kept with its reason, in order", () => {
    assertEquals(
      lines.map(({ reason, routingKey }) => [reason, routingKey]),
      REJECTED.map(([reason, routingKey]) => [reason, routingKey]),
    );
  });

  await test.step("and with its whole body", () => {
    const bodies = lines.map(({ body, bodyBase64 }) =>
      body === undefined
        ? Uint8Array.from(atob(bodyBase64!), (c) => c.charCodeAt(0))
        : bytes(body)
    );
    assertEquals(
      bodies.map((body) => body.length),
      REJECTED.map(([, , body]) => body.length),
    );
    for (const [i, [, , body]] of REJECTED.entries()) {
      if (body.length < MEBIBYTE) assertEquals(bodies[i], body);
    }
  });

  await test.step("after a fix, what was rejected is counted", async () => {
    const again = await runProgram([
      ...["--input", `${out}/rejected.ndjson`, "--out", out],
      ...["--types", "created,updated,deleted,renamed", "--format", "json"],
    ]);
    const summary = JSON.parse(again.stdout);
    assertEquals([summary.unique, summary.rejected], [1, 0]);
    assertEquals(summary.duplicates, REJECTED.length - 1);
    assertEquals(
      (await jsonFiles(out)).get("renamed.json"),
      '{\n  "user": 1\n}\n',
    );
  });
});
