/**
 * The long run of faults, for `deno task fault`: at least 300 SIGKILLs of the
 * program and 60 of replays of rejections, 50 restarts of the broker and 200
 * cuts of the connection in small drains; 80 restarts of PostgreSQL under four
 * workers who share 200,000 messages, 20 times; and 300 SIGKILLs and 20
 * restarts of the broker on streams in three partitions. All results are held
 * against what the stream must give.
 *
 * | variable | meaning |
 * |---|---|
 * | `EVENTCOUNTER_FAULT_SCALE` | so many times as many faults; default 1 |
 * | `EVENTCOUNTER_FAULT_SEED` | makes the same choices again |
 * | `EVENTCOUNTER_FAULT_ROUND` | only this round, for example `cut round 7` |
 *
 * Ends with 0 if all was exact, else with 1.
 */
import { type PrivateBroker, startPrivateBroker } from "../../tools/broker.ts";
import { PrivatePostgres } from "../../tools/postgres.ts";
import { cutRound } from "./cut_round.ts";
import { killRound } from "./kill_round.ts";
import { replayRound } from "./replay_round.ts";
import { restartRound } from "./restart_round.ts";
import { sharedRound } from "./shared_round.ts";
import { streamRound } from "./stream_round.ts";
import { type FaultKind, Score } from "./score.ts";
import { Choices, chooseSeed, SEED_VARIABLE } from "./seed.ts";
import { timeoutRound } from "./timeout_round.ts";

type Round = (
  broker: PrivateBroker,
  choices: Choices,
  score: Score,
) => Promise<void>;

interface Goal {
  readonly name: string;
  readonly kind: FaultKind;
  readonly faults: number;
  readonly round: Round;
}

const GOALS: readonly Goal[] = [
  {
    name: "kill round",
    kind: "SIGKILLs",
    faults: 300,
    round: ({ url }, choices, score) => killRound(url, choices, score),
  },
  {
    name: "replay round",
    kind: "SIGKILLs of replays",
    faults: 60,
    round: ({ url }, choices, score) => replayRound(url, choices, score),
  },
  {
    name: "restart round",
    kind: "broker restarts",
    faults: 50,
    round: restartRound,
  },
  {
    name: "cut round",
    kind: "cuts",
    faults: 200,
    round: ({ url }, choices, score) => cutRound(url, choices, score),
  },
  {
    name: "shared round",
    kind: "database restarts",
    faults: 80,
    round: async ({ url }, choices, score) => {
      await using postgres = await PrivatePostgres.launch();
      const size = 200_000;
      await sharedRound({ url, postgres, size, faults: 12 }, choices, score);
    },
  },
  {
    name: "stream round",
    kind: "SIGKILLs on streams",
    faults: 300,
    round: (broker, choices, score) =>
      streamRound({ broker, size: 3_000, faults: 14 }, choices, score),
  },
];

const TIMEOUT_ROUND = "timeout round";

const scale = Number(Deno.env.get("EVENTCOUNTER_FAULT_SCALE") ?? 1);
const only = Deno.env.get("EVENTCOUNTER_FAULT_ROUND");
const seed = chooseSeed();
const score = new Score();

/** Runs one round; whatever goes wrong is noted, and the next one follows. */
async function attempt(
  name: string,
  run: (choices: Choices) => Promise<void>,
): Promise<void> {
  const choices = new Choices(seed, name);
  try {
    await run(choices);
  } catch (error) {
    score.failed(
      error,
      `${choices.repeat} and EVENTCOUNTER_FAULT_ROUND="${name}"`,
    );
  }
}

/** Runs rounds of every kind in turn, whichever is furthest from its goal. */
async function everyRound(broker: PrivateBroker): Promise<void> {
  const rounds = new Map(GOALS.map(({ name }) => [name, 0]));
  for (;;) {
    const open = GOALS.map((goal) => ({
      goal,
      part: score.done[goal.kind] / (goal.faults * scale),
    })).filter(({ part }) => part < 1).sort((a, b) => a.part - b.part);
    const goal = open[0]?.goal;
    if (goal === undefined) return;
    const number = rounds.get(goal.name)! + 1;
    rounds.set(goal.name, number);
    await attempt(
      `${goal.name} ${number}`,
      (choices) => goal.round(broker, choices, score),
    );
  }
}

async function oneRound(broker: PrivateBroker, name: string): Promise<void> {
  const goal = GOALS.find((goal) => name.startsWith(goal.name));
  if (goal === undefined) throw new Error(`There is no round "${name}"`);
  await attempt(name, (choices) => goal.round(broker, choices, score));
}

console.log(`seed ${seed} (${SEED_VARIABLE}=${seed} repeats it)`);
// It waits most of its time, for a broker of its own.
const timeout = only === undefined || only === TIMEOUT_ROUND
  ? attempt(TIMEOUT_ROUND, (choices) => timeoutRound(choices, score))
  : Promise.resolve();
if (only !== TIMEOUT_ROUND) {
  await using broker = await startPrivateBroker();
  await (only === undefined ? everyRound(broker) : oneRound(broker, only));
}
await timeout;
console.log(score.summary);
Deno.exit(score.isClean ? 0 : 1);
