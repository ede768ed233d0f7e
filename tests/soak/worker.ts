import { type Running, startProgram } from "../support/program.ts";
import { assertFine, assertKilled, endOf } from "../fault/drain.ts";
import { HEAP, look, type Sample } from "./footprint.ts";

/** How long it may take to count what is left, in ms. */
export const LAST_RUN = 300_000;

/** A start may meet a broker that is away. */
const PATIENCE = ["--connect-timeout", "2m"];

/**
 * The program, started again whenever it was killed, with an output folder of
 * its own.
 */
export class Worker {
  /** What was seen of each of its lives, and of this one. */
  readonly lives: Sample[][] = [];
  #running: Running | undefined;

  /**
   * Starts it.
   *
   * @param args Those of `count`, without how it ends.
   * @param fail Is told if it ends by itself.
   */
  constructor(
    readonly out: string,
    private readonly args: readonly string[],
    private readonly fail: (problem: string) => void,
  ) {
    this.#start();
  }

  /** Ends it by SIGKILL, and starts it again. */
  async kill(): Promise<void> {
    if (await this.end()) this.#start();
  }

  /** Ends it by SIGKILL. @returns Whether it was running. */
  async end(): Promise<boolean> {
    const killed = this.#signal("SIGKILL");
    if (killed === undefined) return false;
    assertKilled(await endOf(killed));
    return true;
  }

  /** Looks at it. @param events How many are in the ledger. */
  async sample(events: number): Promise<void> {
    const life = this.lives.at(-1)!;
    const pid = this.#running?.process.pid;
    const sample = pid && await look(pid, this.out, events);
    if (sample) life.push(sample);
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    const stopped = this.#signal("SIGTERM");
    if (stopped !== undefined) assertFine(await endOf(stopped, LAST_RUN));
  }

  /** Runs it once more, until nothing is left. @returns When it began. */
  async finish(): Promise<number> {
    const began = Date.now();
    const last = startProgram([...this.args, "--until-empty"], { env: HEAP });
    assertFine(await endOf(last, LAST_RUN));
    return began;
  }

  #start(): void {
    this.lives.push([]);
    const args = [...this.args, ...PATIENCE, "--idle", "0"];
    const running = startProgram(args, { env: HEAP });
    this.#running = running;
    running.ended.then(({ code, stderr }) => {
      if (this.#running !== running) return;
      this.#running = undefined;
      this.fail(`it ended by itself with ${code}:\n${stderr}`);
    });
  }

  #signal(signal: Deno.Signal): Running | undefined {
    const running = this.#running;
    this.#running = undefined;
    running?.process.kill(signal);
    return running;
  }
}
