import { Buffer } from "node:buffer";
import { EventCounterError, EXIT } from "../../model/errors.ts";
import type { Position } from "../../model/position.ts";
import { codeOf } from "./postgres_failure.ts";
import type { Answer, Session } from "./session.ts";
import { packArray, packNumbers, TYPE, type Value } from "./values.ts";

/**
 * Moves positions on from where this worker knows them to be; anywhere else,
 * another worker has moved them, and the null fails the whole transaction.
 */
const MOVE_POSITIONS = {
  name: "move_positions",
  text:
    "INSERT INTO stream_position AS known (stream, last_offset, fingerprint) " +
    "SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) " +
    "ON CONFLICT (stream) DO UPDATE SET fingerprint = excluded.fingerprint, " +
    "last_offset = CASE WHEN known.last_offset = (SELECT last_offset FROM " +
    "unnest($1::bytea[], $4::bigint[]) AS expected (stream, last_offset) " +
    "WHERE expected.stream = known.stream) THEN excluded.last_offset END",
};

/** How far each stream has been counted. */
export const READ_POSITIONS =
  "SELECT stream, last_offset, fingerprint FROM stream_position";

const NOT_NULL_VIOLATION = "23502";

/** No stream has such an offset. */
const NOT_COUNTED_YET = -1;

/**
 * How far streams have been counted. Each may have one reader: a second worker
 * that commits positions of the same stream is refused.
 */
export class StreamPositions {
  #known = new Map<string, Position>();

  /** Reads them when a run begins. */
  async read(session: Session): Promise<ReadonlyMap<string, Position>> {
    this.#known = positionsOf((await session.ask(READ_POSITIONS)).rows);
    return new Map(this.#known);
  }

  /**
   * Moves them on in a transaction.
   *
   * @throws {EventCounterError} 75 if another worker has moved one of them.
   */
  async move(
    session: Session,
    positions: ReadonlyMap<string, Position>,
  ): Promise<Answer> {
    const streams = [...positions.keys()];
    const moved = [...positions.values()];
    try {
      return await session.ask(
        MOVE_POSITIONS,
        packArray(TYPE.bytes, streams.map((stream) => Buffer.from(stream))),
        packNumbers(moved.map(({ offset }) => offset)),
        packArray(TYPE.bytes, moved.map(({ fingerprint }) => fingerprint)),
        packNumbers(
          streams.map((stream) =>
            this.#known.get(stream)?.offset ?? NOT_COUNTED_YET
          ),
        ),
      );
    } catch (error) {
      if (codeOf(error) !== NOT_NULL_VIOLATION) throw error;
      throw new EventCounterError(
        EXIT.inUse,
        `Cannot count stream "${
          streams.join('", "')
        }": another worker counts ` +
          "it with the same ledger; stop one of them, or give it another stream or ledger",
        { cause: error },
      );
    }
  }

  /** The transaction is committed. */
  moved(positions: ReadonlyMap<string, Position>): void {
    for (const [stream, position] of positions) {
      this.#known.set(stream, position);
    }
  }
}

/** What the rows of {@linkcode READ_POSITIONS} tell. */
export function positionsOf(
  rows: readonly (readonly Value[])[],
): Map<string, Position> {
  return new Map(rows.map(([stream, offset, fingerprint]) => [
    utf8.decode(stream as Uint8Array),
    { offset: offset as number, fingerprint: fingerprint as Uint8Array },
  ]));
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
