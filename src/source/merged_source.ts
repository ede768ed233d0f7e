import type { Delivery } from "../model/delivery.ts";
import type { Position } from "../model/position.ts";
import type { Extent, LeftBehind, Source } from "./source.ts";

/**
 * Several sources as one, such as the partitions of a stream. They take turns;
 * each keeps its own order, and there is none between them.
 */
export class MergedSource implements Source {
  readonly #sources: readonly Source[];
  #turn = 0;

  /** @param sources At least one, none of them open. */
  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  /** One that is not attached may have something to deliver. */
  get attached(): boolean {
    return this.#sources.every((source) => source.attached);
  }

  get ended(): boolean {
    return this.#sources.every((source) => source.ended);
  }

  async open(
    wake: () => void,
    signal: AbortSignal,
    positions: ReadonlyMap<string, Position>,
  ): Promise<void> {
    await Promise.all(
      this.#sources.map((source) => source.open(wake, signal, positions)),
    );
  }

  /** What one of them has: the next in turn that has something. */
  take(most: number): readonly Delivery[] {
    const sources = this.#sources;
    let taken: readonly Delivery[] = [];
    for (let i = 0; i < sources.length && taken.length === 0; i++) {
      taken = sources[this.#turn]!.take(most);
      this.#turn = (this.#turn + 1) % sources.length;
    }
    return taken;
  }

  isEmpty(): Promise<boolean> {
    return this.#every((source) => source.isEmpty());
  }

  isQuiet(): Promise<boolean> {
    return this.#every((source) => source.isQuiet());
  }

  /** Known where it is known of each, in one unit. */
  async extent(): Promise<Extent | undefined> {
    const asked = this.#sources.map((source) => source.extent?.());
    const [first, ...others] = await Promise.all(asked);
    return others.reduce(
      (sum, one) =>
        sum === undefined || one?.unit !== sum.unit ? undefined : {
          unit: sum.unit,
          done: sum.done + one.done,
          total: sum.total + one.total,
        },
      first,
    );
  }

  get losses(): number {
    return this.#sources.reduce((sum, { losses = 0 }) => sum + losses, 0);
  }

  /** Known where it is known of each. */
  get left(): number | undefined {
    return this.#sources.map(({ left }) => left).reduce((sum, left) =>
      sum === undefined || left === undefined ? undefined : sum + left
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.stop()));
  }

  async close(): Promise<LeftBehind | undefined> {
    const closed = this.#sources.map((source) => source.close());
    const left = (await Promise.all(closed)).filter((one) => one !== undefined);
    if (left.length === 0) return undefined;
    return {
      messages: left.reduce((sum, { messages }) => sum + messages, 0),
      why: left.map(({ why }) => why).join("; "),
    };
  }

  async #every(ask: (source: Source) => Promise<boolean>): Promise<boolean> {
    return (await Promise.all(this.#sources.map(ask))).every(Boolean);
  }
}
