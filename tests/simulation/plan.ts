import { Buffer } from "node:buffer";
import { Random } from "../../src/publish/random.ts";
import type { QueueType } from "../../src/topology/topology.ts";

/** A message that is published, and what is to become of it. */
export interface Planned {
  /** When, in virtual ms. */
  readonly at: number;
  readonly routingKey: string;
  readonly body: Buffer;
  /** What a correct count makes of it; nothing if it is to be rejected. */
  readonly event?: { readonly id: string; readonly name: string };
}

/** What can be done to a history, and what it may excuse. */
export const FAULTS = [
  "kill", // SIGKILL; the ledger and the files stay as they are
  "signal", // SIGTERM
  "cut", // the connection is lost, both sides notice
  "stall", // it is dead without a sign, each side notices in its own time
  "close channel", // by the broker (406)
  "cancel consumer", // by the broker
  "restart", // the broker is away for a while
  "forget acks", // the same, and it has forgotten the last acks
  "rival", // another consumer takes messages and gives them back
  "disk full", // of ledger and files
  "disk error", // a commit is reported as failed, although it is durable
  "clock jump", // the wall clock is set
  "retention", // the beginning of a stream is dropped while the broker is away
] as const;

/** What can be done to workers that share a database. */
export const SHARED_FAULTS = [
  ...["kill", "signal", "cut", "stall", "close channel"] as const,
  ...["cancel consumer", "restart", "rival"] as const,
  "database", // it is away for a while; what is not committed is gone
  "session",
  "session", // connections to it are lost, before or after an answer
] as const;

/** Something that is done to a history at a step. */
export interface Fault {
  readonly what: typeof FAULTS[number] | typeof SHARED_FAULTS[number];
  /** The step: `ack`, `commit`, `rename` …, or `step` for any. */
  readonly on: string;
  /** Which of these, from 1. */
  readonly nth: number;
  /** For how long, in virtual ms. */
  readonly lasts: number;
}

/** Everything that a history is made of. */
export interface Plan {
  readonly seed: number;
  readonly queue: QueueType;
  readonly singleActive: boolean;
  readonly ledger: "sqlite" | "memory" | "postgres";
  /** How many programs work at once. */
  readonly workers: number;
  readonly deliveryLimit: number;
  readonly prefetch: number;
  readonly checkpointSize: number;
  readonly checkpointInterval: number;
  readonly snapshotInterval: number;
  readonly channelCapacity: number;
  readonly idle: number;
  readonly untilEmpty: boolean;
  /** How long a consumer takes for an event, at most, in ms. */
  readonly slowness: number;
  /** How long a frame is on its way, at most, in ms. */
  readonly latency: number;
  readonly messages: readonly Planned[];
  readonly faults: readonly Fault[];
}

/** Steps at which things go wrong more often than elsewhere. */
const STEPS = [
  ...["connect", "call", "answer", "ack", "acked", "deliver"],
  ...["sql", "commit", "committed", "open", "write", "sync", "rename", "stat"],
];

const SHARED_STEPS = [
  ...["connect", "call", "answer", "ack", "acked", "deliver"],
  ...["statement", "reply", "commit", "commit", "commit", "committed"],
];

/** The plan of a seed. */
export function makePlan(seed: number): Plan {
  const random = new Random(seed);
  const between = (low: number, high: number) =>
    low + random.below(high - low + 1);
  const chance = (percent: number) => random.below(100) < percent;
  const one = <T>(of: readonly T[]): T => of[random.below(of.length)]!;

  const isShared = chance(25);
  const queue = isShared
    ? one(["classic", "quorum"] as const)
    : one(["classic", "classic", "quorum", "stream"] as const);
  const checkpointSize = between(isShared ? 4 : 1, 8);
  return {
    seed,
    queue,
    singleActive: queue !== "stream" && !isShared && chance(15),
    ledger: isShared
      ? "postgres"
      : queue !== "stream" && chance(25)
      ? "memory"
      : "sqlite",
    workers: isShared ? between(2, 3) : 1,
    deliveryLimit: queue === "quorum" && !isShared && chance(50)
      ? between(2, 4)
      : 20,
    prefetch: checkpointSize + between(0, 12),
    checkpointSize,
    checkpointInterval: one([20, 200, 1_000]),
    snapshotInterval: one([0, 0, 100, 1_000]),
    channelCapacity: between(1, 4),
    idle: one([500, 2_000, 5_000]),
    untilEmpty: chance(30),
    slowness: chance(30) ? one([1, 20, 700]) : 0,
    latency: one(isShared ? [2, 40] : [0, 2, 40]),
    messages: makeMessages(),
    faults: Array.from({ length: between(0, 5) }, makeFault),
  };

  function makeMessages(): Planned[] {
    const size = between(10, 40);
    // A broken publisher sends the same few bad messages again and again.
    const kinds = chance(30) ? between(1, 2) : size;
    const later = chance(50) ? between(100, 3_000) : 0;
    const messages: Planned[] = [];
    for (let i = 0; i < size; i++) {
      const at = later > 0 && i > size / 2 ? later * (1 + random.below(3)) : 0;
      const before = messages.length === 0 ? undefined : one(messages);
      // A publisher repeats itself; a message that is no event, now and then.
      if (before?.event !== undefined && chance(isShared ? 60 : 15)) {
        messages.push({ ...before, at });
        continue;
      }
      const user = `user${random.below(4)}`;
      const type = one(["created", "updated", "deleted"]);
      const id = chance(20) ? `id ${i}` : random.uuid();
      const isBad = chance(kinds < size ? 30 : 15);
      if (isBad && kinds < size) {
        const routingKey = `user.event.${random.below(kinds)}`;
        messages.push({ at, routingKey, body: Buffer.from("bad") });
        continue;
      }
      const content = isBad && chance(70) ? `{"id":${i}}` : `{"id":"${id}"}`;
      const name = isBad && content.includes(id) ? "renamed" : type;
      messages.push({
        at,
        routingKey: `${user}.event.${name}`,
        body: Buffer.from(content),
        ...(isBad ? {} : { event: { id, name: `${type} ${user}` } }),
      });
    }
    return messages.sort((one, other) => one.at - other.at);
  }

  function makeFault(): Fault {
    const what = one<Fault["what"]>(isShared ? SHARED_FAULTS : FAULTS);
    const on = chance(60) ? one(isShared ? SHARED_STEPS : STEPS) : "step";
    return {
      what,
      on,
      nth: on === "step" ? between(1, 500) : between(1, 20),
      lasts: LASTING.has(what) ? one([10, 300, 3_000, 20_000]) : 0,
    };
  }
}

/** Faults that last for a while. */
const LASTING = new Set<string>([
  ...["stall", "restart", "forget acks", "rival", "disk full", "retention"],
  ...["database", "session"],
]);
