import process from "node:process";
import { cpuOfServers } from "./server_cpu.ts";

/** What a drain came to. */
export interface Drain {
  /** From the first delivery to the last one durable or acked, in ms. */
  readonly milliseconds: number;
  /** CPU time meanwhile of the client, all its processes together, in µs. */
  readonly client: number;
  /** The same of the broker. */
  readonly broker: number;
  /** The same of PostgreSQL. */
  readonly database: number;
  /** Different messages received. */
  readonly received: number;
}

/** Measures from the first delivery on: connecting does not count. */
export class Stopwatch {
  #started: number | undefined;
  #before = cpuNow();

  /** Starts at the first call; further ones do nothing. */
  start(): void {
    if (this.#started !== undefined) return;
    this.#started = performance.now();
    this.#before = cpuNow();
  }

  /** What has passed since the start. */
  read(): Omit<Drain, "received"> {
    const now = cpuNow();
    return {
      milliseconds: performance.now() - (this.#started ?? NaN),
      client: now.client - this.#before.client,
      broker: now.broker - this.#before.broker,
      database: now.database - this.#before.database,
    };
  }
}

function cpuNow() {
  const { user, system } = process.cpuUsage();
  return {
    client: user + system,
    broker: cpuOfServers("beam.smp"),
    database: cpuOfServers("postgres"),
  };
}
