/**
 * A worker of the measurement in postgres_bench.ts, in a thread of its own. It
 * opens the ledger, says so, and begins when it is told what to do.
 */
import { Event } from "../../src/model/event.ts";
import { parsePostgresAddress } from "../../src/ledger/postgres/postgres_address.ts";
import { PostgresLedger } from "../../src/ledger/postgres/postgres_ledger.ts";
import { Uuid } from "../../src/model/uuid.ts";
import { type Drain, Stopwatch } from "./drain.ts";
import { drainInto } from "./our_drain.ts";
import type { Task } from "./peers.ts";

/** Ids in one checkpoint. */
const BATCH = 5_000;

/** What a worker does: drain a queue, or claim so many new ids. */
export type Work = { readonly task: Task } | { readonly ids: number };

const scope = self as unknown as Worker;

scope.onmessage = async ({ data: url }: MessageEvent<string>) => {
  const ledger = await PostgresLedger.open({
    address: parsePostgresAddress(url),
    connectTimeout: 30_000,
    reconnectTimeout: 30_000,
  });
  scope.onmessage = async ({ data: work }: MessageEvent<Work>) => {
    const drain = "task" in work
      ? await drainInto(ledger, work.task)
      : await claimNew(ledger, work.ids);
    await ledger.close();
    scope.postMessage(drain);
  };
  scope.postMessage("ready");
};

async function claimNew(ledger: PostgresLedger, ids: number): Promise<Drain> {
  await ledger.beginRun(0);
  const batches = Array.from(
    { length: ids / BATCH },
    () => Array.from({ length: BATCH }, newEvent),
  );
  const watch = new Stopwatch();
  watch.start();
  for (const events of batches) {
    const claim = await ledger.claim(events);
    const users = new Map<string, number>();
    for (const [i, { userId }] of events.entries()) {
      if (claim[i] === 1) users.set(userId, (users.get(userId) ?? 0) + 1);
    }
    await ledger.commit({
      at: 0,
      counts: new Map([["created", users]]),
      rejections: [],
      positions: new Map(),
    });
  }
  return { ...watch.read(), received: ids };
}

function newEvent(_: unknown, i: number): Event {
  const [a, b, c, d] = crypto.getRandomValues(new Int32Array(4));
  return new Event(`user_${i % 1_000}`, "created", new Uuid(a!, b!, c!, d!));
}
