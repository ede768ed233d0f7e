import { assertEquals } from "@std/assert";
import { EventCounterError } from "../../src/model/errors.ts";
import type { Broker, BrokerDelivery, Queued } from "./broker.ts";
import type { Disk } from "./disk.ts";
import type { Life } from "./life.ts";
import type { Plan, Planned } from "./plan.ts";
import { readFiles, type Witness } from "./witness.ts";
import type { World } from "./world.ts";

/** A promise that was not kept. */
export class Broken extends Error {}

/** How long a run may go on after the silence that ends it, in ms. */
const GRACE = 15_000;

/** Which faults excuse an end with which exit code. */
const EXCUSES: Readonly<Record<number, readonly string[]>> = {
  69: ["restart", "forget acks", "retention", "database"],
  74: ["disk full", "disk error"],
  76: ["close channel"],
};

/** Holds what happens against the promises of docs/guarantees.md. */
export class Oracle {
  readonly #plan: Plan;
  readonly #world: World;
  readonly #broker: Broker;
  readonly #disk: Disk;
  readonly #witness: Witness;
  /** What retention took from a stream, and the program has told. */
  readonly #toldLost = new Set<Planned>();
  /** By the tag of that delivery: what a broker would drop next. */
  readonly #lastChances = new Map<Queued, number>();

  constructor(
    plan: Plan,
    { world, broker, disk, witness }: {
      world: World;
      broker: Broker;
      disk: Disk;
      witness: Witness;
    },
  ) {
    this.#plan = plan;
    this.#world = world;
    this.#broker = broker;
    this.#disk = disk;
    this.#witness = witness;
  }

  close(): void {
    this.#witness.close();
  }

  /** What a broker would drop next, and nobody has counted, is to be kept. */
  noteDelivery(
    { taken }: Life,
    { queued, tag, returns }: BrokerDelivery,
  ): void {
    const { deliveryLimit, ledger, messages } = this.#plan;
    const { event } = queued.planned;
    if (this.#broker.type !== "quorum" || ledger !== "sqlite") return;
    if (event === undefined || returns < deliveryLimit - 1) return;
    // What this run has taken before is claimed, and will be counted.
    if (taken.some(({ body }) => body === queued.body)) return;
    this.#witness.look();
    // Another copy of it may be counted before this one's turn.
    const copies = messages.filter((one) => one.event?.id === event.id);
    if (copies.length > 1 || this.#isDurable(queued.planned)) return;
    this.#lastChances.set(queued, tag);
  }

  /** Nothing is acked before it is durable. */
  checkAck(life: Life, deliveries: readonly BrokerDelivery[]): void {
    if (this.#broker.type === "stream") return;
    const planned = deliveries.map(({ queued }) => queued.planned);
    if (this.#plan.ledger === "memory") {
      const before = life.acked.map(({ queued }) => queued.planned);
      return this.#checkFilesHold([...before, ...planned]);
    }
    this.#witness.look();
    for (const { tag, queued } of deliveries) {
      const { planned } = queued;
      const isSpared = this.#witness.rejected.has(contentOf(planned));
      if (this.#lastChances.get(queued) !== tag || isSpared) continue;
      throw new Broken(`next time it would be dropped: ${describe(planned)}`);
    }
    for (const message of planned) {
      if (this.#isDurable(message)) continue;
      throw new Broken(`acked, and not durable: ${describe(message)}`);
    }
  }

  /** How far a stream is counted. */
  get position(): number {
    return this.#witness.position;
  }

  /**
   * Retention has taken something. What goes before anything was counted,
   * nobody can know of.
   *
   * @param isForgiven Whether the program was told to go on all the same.
   */
  noteRetired(isForgiven: boolean): void {
    if (this.#witness.position >= 0 && !isForgiven) return;
    for (const { planned } of this.#broker.retired) {
      this.#toldLost.add(planned);
    }
  }

  /** What is to be seen when a life has ended, however it has. */
  checkLife(life: Life): void {
    const files = readFiles(this.#disk);
    this.#witness.look();
    this.noteDoubts();
    if (this.#broker.type === "stream") this.#checkPosition();
    if (life.isKilled) return;
    if (life.error !== undefined) return this.#checkError(life);
    const { plan, result } = { plan: this.#plan, result: life.result! };
    const late = this.#world.now -
      Math.max(life.began, life.busyUntil, this.#world.disturbed);
    if (late > plan.idle + GRACE) {
      throw new Broken(`the run ends ${late} ms after it had nothing to do`);
    }
    if (result.stopped === "idle" && life.silence < plan.idle - 1) {
      throw new Broken(`ended as idle after a silence of ${life.silence} ms`);
    }
    const hadRivals = life.suffered.has("rival") || plan.workers > 1 ||
      // Its own connection before, until the broker notices its end.
      life.suffered.has("stall");
    if (
      result.left !== undefined && result.stopped !== "signal" && !hadRivals
    ) {
      throw new Broken(`${result.left.messages} messages left behind`);
    }
    const { received, unique, duplicates, rejected } = result;
    assertEquals(received, unique + duplicates + rejected, "the sum");
    if (result.stopped !== "signal") {
      assertEquals(received, life.taken.length, "deliveries accounted for");
    }
    if (plan.ledger === "postgres") return;
    if (plan.ledger === "memory") {
      if (result.stopped !== "signal" && received > 0) {
        this.#checkFilesEqual(life);
      }
      return;
    }
    const { rejections } = this.#witness;
    assertEquals(files.counts, this.#witness.counts, "files and ledger");
    assertEquals(files.rejections, rejections, "rejected.ndjson and ledger");
  }

  /** What is to be seen when nothing happens any more. */
  checkEnd(): void {
    const { ready, confirmed, type } = this.#broker;
    if (type !== "stream" && ready.length > 0) {
      throw new Broken(`${ready.length} messages are left in the queue`);
    }
    if (this.#plan.ledger === "memory") return;
    const { ids } = this.#witness;
    const counts = new Map<string, number>();
    const counted = new Set<string>();
    for (const message of confirmed) {
      const { event } = message;
      if (!this.#isDurable(message) && !this.#isExcused(message)) {
        throw new Broken(
          `lost: ${confirmed.indexOf(message)} ${describe(message)}`,
        );
      }
      if (event === undefined || counted.has(event.id)) continue;
      counted.add(event.id);
      const times = ids.get(event.id) ?? 0;
      if (times > 1) throw new Broken(`twice in the ledger: ${event.id}`);
      if (times === 0) continue;
      counts.set(event.name, (counts.get(event.name) ?? 0) + 1);
    }
    assertEquals(sorted(this.#witness.counts), sorted(counts), "counts");
    this.#checkRejections();
  }

  /** A connection is about to be lost, or a life is: acks are in doubt then. */
  noteDoubts(): void {
    this.#witness.noteDoubts();
  }

  /**
   * Each is recorded once, where that can be decided. Of equal ones, each whose
   * ack is in doubt may be taken for one that has not been recorded.
   */
  #checkRejections(): void {
    const { confirmed, dropped, retired } = this.#broker;
    const { rejections, doubts } = this.#witness;
    const { struck } = this.#world;
    const recorded = timesOf(rejections.map(withoutReason));
    const inDoubt = timesOf(doubts);
    const gone = timesOf(
      [...dropped, ...retired].map(({ planned }) => contentOf(planned)),
    );
    const expected = confirmed.filter(({ event }) => !event).map(contentOf);
    // Then one has come among other neighbours, or after its ack had arrived.
    const excuses = ["rival", "forget acks", "late notice"];
    // It flags what nobody has got, which may lie behind a repeated event.
    const isRestarted = ["restart", "forget acks", "retention"]
      .some((one) => struck.has(one));
    const isTwice = excuses.some((one) => struck.has(one));
    // Another worker knows them by their content alone.
    const isShared = this.#plan.workers > 1 && struck.size > 0;
    for (const [content, times] of timesOf(expected)) {
      const found = recorded.get(content) ?? 0;
      const certain = times - (inDoubt.get(content) ?? 0) -
        (gone.get(content) ?? 0);
      const least = isRestarted ? Math.min(1, certain) : certain;
      if (
        isShared ? found > 0 : found >= least && (isTwice || found <= times)
      ) {
        continue;
      }
      throw new Broken(
        `recorded ${found} times, not ${least} to ${times}: ${content}`,
      );
    }
  }

  /** What a stream is counted up to is counted. */
  #checkPosition(): void {
    const { position } = this.#witness;
    for (const { place, planned } of this.#broker.ready) {
      if (place > position || this.#isDurable(planned)) continue;
      throw new Broken(
        `the position is ${position}, but ${place} is not durable`,
      );
    }
  }

  #checkError({ error, suffered }: Life): void {
    const code = error instanceof EventCounterError ? error.exitCode : 1;
    // Offsets have holes, so nothing may be gone although it is told.
    if (code === 65 && this.#broker.retired.length > 0) {
      for (const { planned } of this.#broker.retired) {
        this.#toldLost.add(planned);
      }
      return;
    }
    if (EXCUSES[code]?.some((fault) => suffered.has(fault))) return;
    throw new Broken(`the run ends with ${code}: ${error}`, { cause: error });
  }

  #isDurable(message: Planned): boolean {
    const { ids, rejected } = this.#witness;
    const { event } = message;
    return event !== undefined && ids.has(event.id) ||
      rejected.has(contentOf(message));
  }

  #isExcused(message: Planned): boolean {
    if (this.#toldLost.has(message)) return true;
    return this.#plan.deliveryLimit < 20 &&
      this.#broker.dropped.some(({ planned }) => planned === message);
  }

  /** With `memory:` the files are all there is. */
  #checkFilesHold(acked: readonly Planned[]): void {
    const { counts, rejections } = readFiles(this.#disk);
    const isSpared = (message: Planned) =>
      rejections.includes(`delivery_limit ${contentOf(message)}`);
    for (
      const [name, count] of countsOf(acked.filter((one) => !isSpared(one)))
    ) {
      if ((counts.get(name) ?? 0) >= count) continue;
      throw new Broken(`acked ${count} of ${name}, and not in the files`);
    }
    for (const message of acked) {
      if (message.event !== undefined) continue;
      if (rejections.some((one) => withoutReason(one) === contentOf(message))) {
        continue;
      }
      throw new Broken(`acked, and not in the files: ${describe(message)}`);
    }
  }

  #checkFilesEqual({ taken }: Life): void {
    const messages = taken.map(({ body }) =>
      this.#broker.confirmed.find((message) => message.body === body)!
    );
    const { counts, rejections } = readFiles(this.#disk);
    // Then another copy of what was rejected may be counted, or may not be.
    if (rejections.some((one) => one.startsWith("delivery_limit"))) return;
    assertEquals(sorted(counts), sorted(countsOf(messages)), "files");
  }
}

/** What a correct count makes of messages. */
function countsOf(messages: readonly Planned[]): Map<string, number> {
  const counts = new Map<string, number>();
  const events = new Map(
    messages.flatMap(({ event }) => event ? [[event.id, event.name]] : []),
  );
  for (const name of events.values()) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** How often each is there. */
function timesOf(texts: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return times;
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([one], [other]) => one < other ? -1 : 1);
}

function contentOf({ routingKey, body }: Planned): string {
  return `${routingKey} ${body}`;
}

function withoutReason(rejection: string): string {
  return rejection.slice(rejection.indexOf(" ") + 1);
}

/** A message in a line. */
export function describe(message: Planned): string {
  return `${contentOf(message)}${message.event ? "" : " (no event)"}`;
}
