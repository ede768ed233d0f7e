import type { Socket } from "node:net";
import { FrameSplitter } from "./frame_splitter.ts";
import type { Direction, Plan } from "./tcp_proxy.ts";

/** "AMQP" and the version, which a client sends before its first frame. */
const GREETING = 8;

/** One connection through the proxy: two sockets, and a pump each way. */
export class ProxyLink {
  /** Settles when both ends are closed. */
  readonly ended: Promise<unknown>;
  readonly #program: Socket;
  readonly #broker: Socket;
  readonly #plans: Plan[];
  /** While it stalls: what has come, and for whom. */
  #stalled: { readonly to: Socket; readonly bytes: Uint8Array }[] | null = null;
  #halfClosed = false;

  /**
   * Starts both pumps.
   *
   * @param plans Shared with the proxy; what is done is taken out.
   */
  constructor(program: Socket, broker: Socket, plans: Plan[]) {
    this.#program = program;
    this.#broker = broker;
    this.#plans = plans;
    this.ended = Promise.all([
      this.#pump("toBroker", program, broker, GREETING),
      this.#pump("toProgram", broker, program, 0),
    ]);
  }

  /** Closes both ends in order. */
  close(): void {
    this.#program.destroy();
    this.#broker.destroy();
  }

  /** Lets through what has come while it stalled, and all that follows. */
  async resume(): Promise<void> {
    try {
      // What comes while this goes on stands in line behind it.
      for (const { to, bytes } of this.#stalled ?? []) {
        await writeAll(to, bytes);
      }
    } catch {
      // An end has lost its patience meanwhile.
      this.#halfClosed = true;
    }
    this.#stalled = null;
    if (this.#halfClosed) this.close();
  }

  async #pump(
    direction: Direction,
    from: Socket,
    to: Socket,
    greeting: number,
  ): Promise<void> {
    const splitter = new FrameSplitter(greeting);
    try {
      for await (const piece of from) {
        const { bytes, heads } = splitter.split(piece);
        let passed = 0;
        for (;;) {
          const due = this.#nextDue(direction, bytes.length, heads, passed);
          const end = due?.at ?? bytes.length;
          await this.#pass(to, bytes.subarray(passed, end));
          passed = end;
          if (due === undefined) break;
          await this.#do(due.plan, to);
        }
        this.#countDown(direction, bytes.length, heads);
      }
    } catch {
      // One of the two was closed, here or by its other end.
    }
    // What stalls tells neither end about the other.
    if (this.#stalled === null) return this.close();
    this.#halfClosed = true;
    from.destroy();
  }

  async #pass(to: Socket, bytes: Uint8Array): Promise<void> {
    if (this.#stalled === null) await writeAll(to, bytes);
    else this.#stalled.push({ to, bytes: bytes.slice() });
  }

  /** The first plan that comes to its moment in these bytes, and where. */
  #nextDue(
    direction: Direction,
    length: number,
    heads: readonly { at: number; method: number }[],
    from: number,
  ): { readonly plan: Plan; readonly at: number } | undefined {
    let next: { readonly plan: Plan; readonly at: number } | undefined;
    for (const plan of this.#plans) {
      if (plan.moment.direction !== direction) continue;
      const begins = plan.frames === 0
        ? 0
        : headsOf(plan, heads)[plan.frames - 1]?.at;
      if (begins === undefined) continue;
      const at = Math.max(from, begins + plan.bytes);
      const isDue = at < length || begins + plan.bytes === length;
      if (isDue && (next === undefined || at < next.at)) next = { plan, at };
    }
    return next;
  }

  /** What has passed brings the other plans nearer. */
  #countDown(
    direction: Direction,
    length: number,
    heads: readonly { at: number; method: number }[],
  ): void {
    for (const plan of this.#plans) {
      if (plan.moment.direction !== direction) continue;
      const passed = headsOf(plan, heads);
      if (plan.frames > passed.length) plan.frames -= passed.length;
      else {
        const begins = plan.frames === 0 ? 0 : passed[plan.frames - 1]!.at;
        plan.frames = 0;
        plan.bytes -= length - begins;
      }
    }
  }

  async #do(plan: Plan, to: Socket): Promise<void> {
    this.#plans.splice(this.#plans.indexOf(plan), 1);
    const { fault } = plan;
    if (fault === "stall") this.#stalled = [];
    else if (fault instanceof Uint8Array) await writeAll(to, fault);
    else {
      if (fault === "reset") this.#program.resetAndDestroy();
      this.close();
    }
    plan.done();
  }
}

function headsOf(
  { moment }: Plan,
  heads: readonly { at: number; method: number }[],
): readonly { at: number; method: number }[] {
  return moment.method === undefined
    ? heads
    : heads.filter(({ method }) => method === moment.method);
}

function writeAll(to: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) =>
    to.write(bytes, (error) => error ? reject(error) : resolve())
  );
}
