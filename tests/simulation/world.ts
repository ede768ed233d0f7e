import { setImmediate } from "node:timers";
import { Random } from "../../src/publish/random.ts";
import type { Fault } from "./plan.ts";

/** Thrown at every step of a program that has been killed. */
export class Killed extends Error {}

/** What happens at a moment of virtual time. */
interface Happening {
  readonly at: number;
  readonly run: () => void;
}

/** Time, chance and order of a history; a seed decides all three. */
export class World {
  /** Virtual milliseconds since the history began. */
  now = 0;
  /** Moves the wall clock, as an operator may. */
  wallOffset = Date.UTC(2026, 0, 1);
  /** When something was last done to the world: a fault, its end, a message. */
  disturbed = 0;
  /** What happened, in readable lines, if they are wanted. */
  readonly trace: string[] | undefined;
  readonly random: Random;
  /** How often each step has been taken. */
  readonly steps = new Map<string, number>();
  /** Faults that have come about, by kind. */
  readonly struck = new Map<string, number>();
  /** What a fault does; set by who knows all parts of the world. */
  strike: (fault: Fault) => void = () => {};
  #armed: readonly Fault[];
  readonly #happenings: Happening[] = [];

  /** @param isTold Whether it writes down what happens. */
  constructor(seed: number, faults: readonly Fault[], isTold: boolean) {
    this.random = new Random(seed);
    this.#armed = faults;
    if (isTold) this.trace = [];
  }

  /** The wall clock. */
  get wall(): number {
    return this.wallOffset + Math.floor(this.now);
  }

  /** No fault comes any more. */
  disarm(): void {
    this.#armed = [];
  }

  /** Writes a line into the trace. */
  tell(line: string): void {
    this.trace?.push(`${this.now.toFixed(2).padStart(9)}  ${line}`);
  }

  /** Has something happen later. @returns What calls it off. */
  after(milliseconds: number, run: () => void): () => void {
    const happening = { at: this.now + milliseconds, run };
    const { length } = this.#happenings;
    let place = length;
    // Sorted, the next one last; of two at the same time the older one leads.
    while (place > 0 && this.#happenings[place - 1]!.at <= happening.at) {
      place--;
    }
    this.#happenings.splice(place, 0, happening);
    return () => {
      const found = this.#happenings.indexOf(happening);
      if (found >= 0) this.#happenings.splice(found, 1);
    };
  }

  /** How long nothing will happen. */
  get leap(): number {
    return (this.#happenings.at(-1)?.at ?? Infinity) - this.now;
  }

  /** Lets the next thing happen. @returns Whether there was one. */
  next(): boolean {
    const happening = this.#happenings.pop();
    if (happening === undefined) return false;
    this.now = happening.at;
    try {
      happening.run();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
    return true;
  }

  /** A step is taken: the moment for faults that wait for it. */
  step(name: string): void {
    const count = (this.steps.get(name) ?? 0) + 1;
    const total = (this.steps.get("step") ?? 0) + 1;
    this.steps.set(name, count).set("step", total);
    if (this.#armed.length === 0) return;
    for (const fault of this.#armed) {
      const reached = fault.on === name ? count : total;
      if (fault.on !== name && fault.on !== "step") continue;
      if (reached !== fault.nth) continue;
      this.#armed = this.#armed.filter((other) => other !== fault);
      this.struck.set(fault.what, (this.struck.get(fault.what) ?? 0) + 1);
      this.disturbed = Math.max(this.disturbed, this.now + fault.lasts);
      this.tell(
        `  *** ${fault.what} at ${name} ${count}` +
          (fault.lasts > 0 ? `, for ${fault.lasts} ms` : ""),
      );
      this.strike(fault);
    }
  }
}

/** Lets promises and what waits for a turn of the event loop come to rest. */
export function oneTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
