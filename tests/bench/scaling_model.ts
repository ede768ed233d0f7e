/** CPU time that one message takes, in µs. */
export interface Cost {
  readonly client: number;
  readonly broker: number;
  readonly database: number;
}

/**
 * How many messages per second a machine does on which all three run: as many
 * as its cores have time for, and no more than one process of the broker, the
 * queue, has.
 *
 * @param queueShare The part of the broker's time that the queue's own process
 * takes; it cannot be shared out.
 */
export function rateOnOneMachine(
  { client, broker, database }: Cost,
  cores: number,
  queues: number,
  queueShare: number,
): number {
  const together = cores * 1e6 / (client + broker + database);
  return Math.min(together, queues * 1e6 / (broker * queueShare));
}

/** An engine and what it takes, as measured. */
export interface Engine {
  readonly name: string;
  /** µs a message, with the fast phases of two shared cores. */
  readonly cost: Cost;
  /** Messages per second that one queue gives at most. */
  readonly perQueue: number;
  /** Bytes in memory for each id ever seen. */
  readonly memory: number;
  /** Bytes on disk for each id ever seen. */
  readonly disk: number;
}

/** Cores that a rate takes, wherever they are. */
export function coresFor({ cost }: Engine, rate: number): number {
  return rate * (cost.client + cost.broker + cost.database) / 1e6;
}

/** Queues, each with its worker, that a rate takes. */
export function queuesFor({ perQueue }: Engine, rate: number): number {
  return Math.ceil(rate / perQueue);
}

/** Gibibytes of memory that all workers or the database need. */
export function memoryFor({ memory }: Engine, ids: number): number {
  return ids * memory / 2 ** 30;
}
