/**
 * The soak, for `deno task soak`: a queue and a stream into SQLite, and a queue
 * into PostgreSQL by two workers, one after another on one broker. Messages are
 * published as fast as the broker takes them. Every few seconds connections are
 * cut, every few minutes the program is killed, and broker and database are
 * halted or killed and started again. In the end all that was confirmed must be
 * counted exactly, `verify` must find nothing, and memory, descriptors and files
 * must be what they may be; see `footprint.ts`.
 *
 * | variable | meaning |
 * |---|---|
 * | `EVENTCOUNTER_SOAK_MINUTES` | how long it publishes, all in all; default 60 |
 * | `EVENTCOUNTER_SOAK_LEG` | only this one: `queue`, `stream` or `postgres` |
 * | `EVENTCOUNTER_FAULT_SEED` | makes the same choices again |
 *
 * Ends with 0 if all was as it must be, else with 1.
 */
import { startPrivateBroker } from "../../tools/broker.ts";
import { PrivatePostgres } from "../../tools/postgres.ts";
import { chooseSeed, SEED_VARIABLE } from "../fault/seed.ts";
import { Leg } from "./leg.ts";

const minutes = Number(Deno.env.get("EVENTCOUNTER_SOAK_MINUTES") ?? 60);
const only = Deno.env.get("EVENTCOUNTER_SOAK_LEG");
const seed = chooseSeed();
console.log(`seed ${seed} (${SEED_VARIABLE}=${seed} makes the same choices)`);

await using broker = await startPrivateBroker();
await using postgres = await PrivatePostgres.launch();
const legs = [
  { name: "queue" },
  { name: "stream", partitions: 3 },
  { name: "postgres", postgres, workers: 2 },
].filter(({ name }) => only === undefined || name === only);

const wrong: string[] = [];
for (const leg of legs) {
  const seconds = 60 * minutes / legs.length;
  const isFine = await Leg.run({ ...leg, broker, seed, seconds });
  if (!isFine) wrong.push(leg.name);
}
console.log(
  wrong.length === 0
    ? `${minutes} min: 0 mismatches, memory explained, nothing left over`
    : `WRONG: ${wrong.join(", ")}`,
);
Deno.exitCode = wrong.length === 0 ? 0 : 1;
