import type { Figure } from "./report.ts";

/** A way to run the tool. */
export interface Engine {
  readonly name: string;
  /** What one worker on one queue was measured at. */
  readonly figure: Figure;
  /** Bytes in memory for each id ever seen. */
  readonly memory: number;
  /** Bytes on disk for each id ever seen. */
  readonly disk: number;
}

/** Cores that a rate takes, wherever they are. */
export function coresFor({ figure }: Engine, rate: number): number {
  return rate * (figure.client + figure.broker + figure.database) / 1e6;
}

/** Queues, each with its worker, that a rate takes. */
export function queuesFor({ figure }: Engine, rate: number): number {
  return Math.ceil(rate / figure.perSecond);
}

/** Gibibytes of memory that all workers or the database need. */
export function memoryFor({ memory }: Engine, ids: number): number {
  return ids * memory / 2 ** 30;
}
