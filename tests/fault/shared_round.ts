import { assertEquals } from "@std/assert";
import { parsePostgresAddress } from "../../src/ledger/postgres/postgres_address.ts";
import { Session } from "../../src/ledger/postgres/session.ts";
import type { PrivatePostgres } from "../../tools/postgres.ts";
import type { Running } from "../support/program.ts";
import { until } from "../support/until.ts";
import { compareWithStream } from "./comparison.ts";
import { assertKilled, Drain, endOf, GRACE } from "./drain.ts";
import type { Score } from "./score.ts";
import type { Choices } from "./seed.ts";

const WORKERS = 4;

/** Of the faults of a round, so many are about PostgreSQL, one in so many. */
const ONE_IN = 3;

/** A worker may have to wait for PostgreSQL and for others, in ms. */
const PATIENCE = 6 * GRACE;

/** How much a round has of everything. */
export interface SharedOptions {
  readonly url: string;
  readonly postgres: PrivatePostgres;
  readonly size: number;
  readonly faults: number;
}

/**
 * One stream of which 30 % are duplicates, drained by four workers that share a
 * ledger. Again and again one of them is killed and replaced, or PostgreSQL is
 * halted or killed and started again.
 */
export async function sharedRound(
  { url, postgres, size, faults }: SharedOptions,
  choices: Choices,
  score: Score,
): Promise<void> {
  await using drain = await Drain.make(choices, {
    url,
    size,
    duplicates: 0.3,
    distinct: true,
    checkpointSize: choices.oneOf(
      [50, 200, 1_000].map((most) => Math.min(most, size / 50)),
    ),
  });
  const schema = `round_${crypto.randomUUID().replaceAll("-", "_")}`;
  const ledger = `${postgres.url}?schema=${schema}`;
  const outs = Array.from(
    { length: WORKERS },
    (_, i) => `${drain.place.folder}/out-${i}`,
  );
  const start = (out: string, ...args: string[]) =>
    drain.start({ out, args: ["--ledger", ledger, ...args] });
  const workers = outs.map((out) => start(out, "--idle", "0"));

  for (let fault = 1; fault <= faults; fault++) {
    const left = size * (1 - fault / (faults + 1));
    await until(
      `${left} messages are left`,
      async () => await drain.place.ready() <= left,
      PATIENCE,
    );
    if (fault % ONE_IN === 0) {
      await (choices.oneOf([true, false]) ? postgres.halt() : postgres.kill());
      await postgres.start();
      score.add("database restarts");
    } else {
      const i = choices.between(0, WORKERS - 1);
      workers[i]!.process.kill("SIGKILL");
      assertKilled(await endOf(workers[i]!));
      score.add("SIGKILLs");
      workers[i] = start(outs[i]!, "--idle", "0");
    }
  }

  await until(
    "nothing is ready",
    async () => await drain.place.ready() === 0,
    PATIENCE,
  );
  // One that has only just been started would not take the signal yet.
  await drain.untilConsumers(WORKERS);
  for (const { process } of workers) process.kill("SIGTERM");
  await Promise.all(workers.map(assertEnded));
  // What a worker had been sent and not begun is back in the queue.
  const [first, ...others] = outs;
  await assertEnded(start(first!, "--until-empty"));
  await Promise.all(
    others.map((out) => assertEnded(start(out, "--until-empty"))),
  );
  for (const out of outs) {
    const comparison = await compareWithStream(out, undefined, drain.stream);
    score.compared(comparison, `${choices.repeat} (${out})`);
  }
  assertEquals(await countIds(postgres, schema), drain.stream.unique);
}

async function assertEnded(running: Running): Promise<void> {
  const { code, complaints, stderr } = await endOf(running, PATIENCE);
  assertEquals([code, complaints], [0, []], stderr);
}

async function countIds(
  { url }: PrivatePostgres,
  schema: string,
): Promise<number> {
  const session = await Session.open(parsePostgresAddress(url), undefined);
  try {
    const { rows } = await session.ask(
      `SELECT (SELECT count(*) FROM ${schema}.seen_uuid) + ` +
        `(SELECT count(*) FROM ${schema}.seen_text)`,
    );
    return rows[0]![0] as number;
  } finally {
    await session.close();
  }
}
