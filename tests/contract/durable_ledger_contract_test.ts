/** What a ledger promises that outlives its process. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { byCodePoint, type UserCount } from "../../src/model/counts.ts";
import { fingerprintOf } from "../../src/model/fingerprint.ts";
import type { Rejection } from "../../src/model/rejection.ts";
import {
  type DurableAdapter,
  durableAdapters,
} from "../support/ledger_adapters.ts";
import {
  checkpoint,
  contentOf,
  fileNote,
  knownOf,
  rejection,
} from "../support/ledger_content.ts";
import { bytes, uuid } from "../support/messages.ts";
import { postgresAdapter } from "../support/postgres_place.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

/** A ledger that a test opens, closes and kills as it likes. */
class Place {
  readonly adapter: DurableAdapter;
  #folder = folder.make();
  ledger!: Ledger;

  constructor(adapter: DurableAdapter) {
    this.adapter = adapter;
  }

  async open(): Promise<void> {
    this.ledger = await this.adapter.open(this.#folder);
    await this.ledger.beginRun(0);
  }

  async reopen(): Promise<void> {
    await this.ledger.close();
    await this.open();
  }

  /** Goes on with a new ledger. */
  async renew(): Promise<void> {
    this.#folder = folder.make();
    await this.reopen();
  }

  /** Goes on with what is on disk now, as after a crash. */
  async crash(): Promise<void> {
    const copy = folder.make();
    await this.adapter.crash(this.#folder, copy);
    await this.ledger.close();
    this.#folder = copy;
    await this.open();
  }
}

/** Registers a test for each durable ledger there is. */
function test(promise: string, run: (place: Place) => Promise<void>): void {
  for (const adapter of [...durableAdapters, postgresAdapter]) {
    Deno.test(`${adapter.name}: ${promise}`, {
      permissions: { ...folder.permissions, ...adapter.permissions },
    }, async () => {
      const place = new Place(adapter);
      await place.open();
      try {
        await run(place);
      } finally {
        await place.ledger.close();
      }
    });
  }
}

/** A position in a stream, with the fingerprint of some message. */
const at = (offset: number) => ({
  offset,
  fingerprint: fingerprintOf("a.event.created", bytes(`${offset}`)),
});

test("a run that begins is told types, positions and recent rejections", async (place) => {
  const { ledger } = place;
  await checkpoint(ledger, {
    counts: { created: [["a", 1]] },
    positions: new Map([["one", at(7)], ["two", at(2 ** 40)]]),
    rejections: [
      rejection("first"),
      { ...rejection("second"), follows: "1 a\0b", precedes: "2 \ud83d" },
    ],
  });
  await checkpoint(ledger, {
    positions: new Map([["one", at(8)]]),
    rejections: [rejection("third")],
  });
  await checkpoint(ledger, { rejections: [rejection("fourth")] });
  ledger.settle(1);
  ledger.settle(3);
  await place.reopen();

  const { types, positions, recentRejections } = await place.ledger
    .beginRun(0);
  assertEquals(types, ["created"]);
  assertEquals([...positions].sort(), [["one", at(8)], ["two", at(2 ** 40)]]);
  const [first, second, third, fourth] = ["first", "second", "third", "fourth"]
    .map((body) => rejection(body).fingerprint);
  const nowhere = { follows: undefined, precedes: undefined };
  const between = { follows: "1 a\0b", precedes: "2 \ud83d" };
  assertEquals(recentRejections, [
    { fingerprint: first!, ...nowhere, settled: true },
    { fingerprint: second!, ...between, settled: true },
    { fingerprint: third!, ...nowhere, settled: false },
    { fingerprint: fourth!, ...nowhere, settled: true },
  ]);
});

test("deliveries may be acked after their checkpoint: a crash at any finds its ids and counts, and the files", async (place) => {
  assertEquals(place.ledger.ackAfter, "checkpoint");
  const note = fileNote("/a", "created.json", 1);
  await place.ledger.files.keep([note]);
  // Enough of them that counts are folded more than once.
  for (let i = 1; i <= 140; i++) {
    await checkpoint(place.ledger, {
      ids: [uuid(i)],
      counts: { created: [[`user ${i % 3}`, 1]] },
    });
    if (i % 20 > 1) continue;

    await place.crash();

    const asked = Array.from({ length: i + 5 }, (_, id) => uuid(id + 1));
    const ids = await knownOf(place.ledger, asked);
    const { events } = await place.ledger.totals("created");
    assertEquals([ids.length, events], [i, i]);
    assertEquals(await place.ledger.files.find("created.json"), [note]);
  }
});

const text = fc.oneof(
  fc.constantFrom("a", "b", "__proto__", "a\0", "\u{fffd}", "\u{1f600}"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
);
const type = fc.constantFrom("created", "updated", "__proto__", "constructor");
const counted = fc.record({
  id: fc.oneof(fc.nat(0xffff).map(uuid), text, fc.constant("\ud83d")),
  type,
  user: text,
});

/** Ids that a ledger is asked for, known or not. */
const everyId = Array.from({ length: 0x100 }, (_, i) => uuid(i));

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      name: fc.constant("checkpoint" as const),
      events: fc.array(counted, { maxLength: 6 }),
      bodies: fc.array(fc.uint8Array({ maxLength: 4 }), { maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ name: fc.constant("crash" as const) }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant("reopen" as const) }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant("read" as const) }) },
);

type Counted = { id: string; type: string; user: string };

/** What a ledger should know, the simple way. */
class Model {
  readonly ids = new Set<string>();
  readonly counts = new Map<string, Map<string, number>>();
  readonly rejections: Rejection[] = [];

  /** Adds what is new. @returns What tells a ledger the same. */
  checkpoint(events: Counted[], rejections: Rejection[]) {
    const fresh = events.filter(({ id }) => {
      const isNew = !this.ids.has(id);
      this.ids.add(id);
      return isNew;
    });
    const counts = new Map<string, Map<string, number>>();
    for (const { type, user } of fresh) {
      for (const all of [counts, this.counts]) {
        const users = all.get(type) ?? new Map<string, number>();
        all.set(type, users.set(user, (users.get(user) ?? 0) + 1));
      }
    }
    this.rejections.push(...rejections);
    return { ids: events.map(({ id }) => id), rejections, counts };
  }

  get content() {
    const counts = [...this.counts].sort(([a], [b]) => a < b ? -1 : 1).map((
      [type, users],
    ): [string, UserCount[]] => [
      type,
      [...users].sort(([a], [b]) => byCodePoint(a, b)),
    ]);
    return { counts, rejections: this.rejections };
  }
}

test("agrees with a map after any sequence of checkpoints, crashes and reopenings", async (place) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      await place.renew();
      const model = new Model();
      for (const step of steps) {
        if (step.name === "checkpoint") {
          const rejections = step.bodies
            .map((body) => rejection(new Uint8Array(body)));
          await checkpoint(
            place.ledger,
            model.checkpoint(step.events, rejections),
          );
        } else if (step.name === "read") {
          assertEquals(await contentOf(place.ledger), model.content);
        } else {
          await place[step.name]();
        }
      }
      const asked = [...everyId, ...model.ids];
      assertEquals(
        await knownOf(place.ledger, asked),
        asked.filter((id) => model.ids.has(id)),
      );
      assertEquals(await contentOf(place.ledger), model.content);
    }),
    // Each opens ledgers, which PostgreSQL takes its time for.
    { numRuns: place.adapter === postgresAdapter ? 8 : 25 },
  );
});
