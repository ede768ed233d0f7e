import { Buffer } from "node:buffer";
import {
  type Rejection,
  REJECTION_COST,
  type RejectionReason,
  type StoredRejection,
} from "../../model/rejection.ts";
import type { RecordedRejection, RejectionSelection } from "../ledger.ts";
import {
  readStoredProperties,
  writeStoredProperties,
} from "../stored_properties.ts";
import {
  packArray,
  packNumbers,
  packTexts,
  TYPE,
  type Value,
} from "./values.ts";
import { lockKey } from "./schema.ts";
import {
  type Answer,
  RUNS_AT_WORK,
  type Session,
  type Statement,
} from "./session.ts";

/** Rejections that are known again by their place, the last ones. */
const RECENT = 20_000;

/** Rows handed out at once, of which bodies add up to this at most: 8 MiB. */
const PAGE = 1000;
const PAGE_BYTES = 8 * 1024 * 1024;

/** What a rejection takes in it; see `sizeOfRejection`. */
const SIZE = `(${REJECTION_COST} + length(body) + ` +
  "length(routing_key::text) + coalesce(length(properties::text), 0))";

/** Until the commit, which follows at once, so places are in its order. */
const LOCK = `SELECT pg_advisory_xact_lock(${lockKey("reject")})`;

const APPEND = {
  name: "append_rejections",
  text: "INSERT INTO rejection (place, run, number, at, reason, routing_key, " +
    "fingerprint, follows, precedes, body, properties) SELECT place + (SELECT " +
    "coalesce(max(place), 0) FROM rejection), $1::uuid, $2::bigint, at, reason, " +
    "routing_key::json, fingerprint, follows::json, precedes::json, body, " +
    "properties::json FROM unnest($3::bigint[], $4::text[], $5::text[], " +
    "$6::bytea[], $7::text[], $8::text[], $9::bytea[], $10::text[]) WITH " +
    "ORDINALITY AS given (at, reason, routing_key, fingerprint, follows, " +
    "precedes, body, properties, place)",
};

/** As many as fit a page, and at least one. */
const READ_PAGE = {
  name: "read_rejections",
  text:
    "SELECT at, reason, routing_key, fingerprint, body, properties, place " +
    `FROM (SELECT *, ${SIZE} AS size, sum(${SIZE}) OVER (ORDER BY place) AS bytes FROM ` +
    "(SELECT * FROM rejection WHERE place > $1 AND reason <> '' " +
    `ORDER BY place LIMIT ${PAGE}) ` +
    `AS next) AS summed WHERE bytes - size < ${PAGE_BYTES} ORDER BY place`,
};

/** Appends rejections to a checkpoint, in their order. */
export function appendRejections(
  session: Session,
  run: string,
  number: number,
  rejections: readonly Rejection[],
): Promise<Answer>[] {
  const json = (text: string | undefined) =>
    text === undefined ? null : JSON.stringify(text);
  const locked = session.ask(LOCK);
  const appended = session.ask(
    APPEND,
    run,
    number,
    packNumbers(rejections.map(({ at }) => at)),
    packTexts(rejections.map(({ reason }) => reason)),
    packTexts(rejections.map(({ routingKey }) => json(routingKey))),
    packArray(TYPE.bytes, rejections.map(({ fingerprint }) => fingerprint)),
    packTexts(rejections.map(({ follows }) => json(follows))),
    packTexts(rejections.map(({ precedes }) => json(precedes))),
    packArray(TYPE.bytes, rejections.map(({ body }) => body)),
    packTexts(
      rejections.map(({ properties }) => writeStoredProperties(properties)),
    ),
  );
  return [locked, appended];
}

/** Notes that the acks of checkpoints have arrived. */
export function settleRejections(
  session: Session,
  run: string,
  numbers: readonly number[],
): Promise<Answer> {
  return session.ask(
    "UPDATE rejection SET settled = true " +
      "WHERE run = $1 AND number = ANY ($2::bigint[]) AND NOT settled",
    run,
    packNumbers(numbers),
  );
}

/**
 * Has a run take over a rejection that one whose worker is gone has recorded
 * and whose ack may not have arrived, so that nobody else does. Those of workers
 * that are there are left alone: what they have recorded last always looks as
 * if its ack were missing.
 *
 * @param after The place behind which to look.
 * @returns The place that it had, if there was one.
 */
export async function takeOverRejection(
  session: Session,
  run: string,
  number: number,
  fingerprint: Uint8Array,
  after: number,
): Promise<number | undefined> {
  const { rows } = await session.ask(
    "UPDATE rejection SET run = $1, number = $2 WHERE place = (SELECT place " +
      "FROM rejection WHERE fingerprint = $3 AND place > $4 AND NOT settled " +
      `AND run <> $1 AND run::text NOT IN (${RUNS_AT_WORK}) ` +
      "ORDER BY place LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING place",
    run,
    number,
    Buffer.from(fingerprint),
    after,
  );
  return rows[0]?.[0] as number | undefined;
}

/** How many equal ones other runs have recorded. */
export async function recordedBefore(
  session: Session,
  run: string,
  fingerprint: Uint8Array,
): Promise<number> {
  const { rows } = await session.ask(
    "SELECT count(*) FROM rejection WHERE fingerprint = $1 AND run <> $2 " +
      "AND reason <> ''",
    Buffer.from(fingerprint),
    run,
  );
  return rows[0]![0] as number;
}

/** The last ones, the oldest first. */
export async function recentRejections(
  session: Session,
): Promise<RecordedRejection[]> {
  const { rows } = await session.ask(
    "SELECT fingerprint, follows, precedes, settled FROM rejection " +
      `ORDER BY place DESC LIMIT ${RECENT}`,
  );
  return rows.map(([fingerprint, follows, precedes, settled]) => ({
    fingerprint: fingerprint as Uint8Array<ArrayBuffer>,
    follows: readJson(follows!),
    precedes: readJson(precedes!),
    settled: settled as boolean,
  })).reverse();
}

/** How many are recorded. */
export async function rejectionCount(session: Session): Promise<number> {
  const { rows } = await session.ask(
    "SELECT coalesce(max(place), 0) FROM rejection",
  );
  return rows[0]![0] as number;
}

/** All that a person could read is gone, and no reason left. */
const REMOVE = "UPDATE rejection SET reason = '', routing_key = '\"\"', " +
  "properties = NULL, body = ''";

/**
 * What is known again by its place stays so, and so does what another worker
 * may take over: the messages may be delivered again.
 */
const PURGE = "DELETE FROM rejection WHERE reason = '' AND settled AND " +
  `place <= (SELECT max(place) FROM rejection) - ${RECENT}`;

/** A file that grows at its end has to be written anew. */
const OUTDATE_FILES = "UPDATE file SET shows = -1 WHERE length(digest) = 0";

/**
 * Removes rejections, by their places, in the transaction that is open.
 *
 * @returns How many were still there; whoever else removes them has waited.
 */
export async function releaseRejections(
  session: Session,
  places: readonly number[],
): Promise<number> {
  const which = packNumbers(places);
  const [{ rows }] = await Promise.all([
    session.ask(
      `WITH removed AS (${REMOVE} WHERE place = ANY ($1::bigint[]) AND ` +
        "reason <> '' RETURNING 1) SELECT count(*) FROM removed",
      which,
    ),
    session.ask(`${PURGE} AND place = ANY ($1::bigint[])`, which),
    session.ask(OUTDATE_FILES),
  ]);
  return rows[0]![0] as number;
}

/** Removes all that are selected. @returns How many there were. */
export async function forgetRejections(
  session: Session,
  { reason, before }: RejectionSelection,
): Promise<number> {
  const [, { rows }] = await Promise.all([
    session.ask("BEGIN"),
    session.ask(
      `WITH removed AS (${REMOVE} WHERE reason <> '' AND ` +
        "reason = coalesce($1, reason) AND at < coalesce($2::bigint, at + 1) " +
        "RETURNING 1) SELECT count(*) FROM removed",
      reason ?? null,
      before ?? null,
    ),
    session.ask(PURGE),
    session.ask(OUTDATE_FILES),
    session.ask("COMMIT"),
  ]);
  return rows[0]![0] as number;
}

/**
 * Rejections in the order they were recorded, in pages.
 *
 * @param ask Asks for the rows of a statement with its only parameter.
 * @param after The row of the last one to leave out. Default: none.
 */
export async function* readRejections(
  ask: (
    statement: Statement,
    after: number,
  ) => Promise<readonly (readonly Value[])[]>,
  after = 0,
): AsyncGenerator<readonly StoredRejection[], void, void> {
  for (let last = after;;) {
    const rows = await ask(READ_PAGE, last);
    if (rows.length === 0) return;
    const page = rows.map(rejectionOf);
    last = page.at(-1)!.row;
    yield page;
  }
}

/**
 * What a row tells: at, reason, routing_key, fingerprint, body, properties,
 * place.
 */
function rejectionOf(row: readonly Value[]): StoredRejection {
  const [at, reason, routingKey, fingerprint, body, properties, place] = row;
  return {
    row: place as number,
    at: at as number,
    reason: reason as RejectionReason,
    routingKey: JSON.parse(routingKey as string),
    fingerprint: fingerprint as Uint8Array<ArrayBuffer>,
    body: body as Uint8Array<ArrayBuffer>,
    properties: readStoredProperties(properties as string | null),
  };
}

function readJson(value: Value): string | undefined {
  return value === null ? undefined : JSON.parse(value as string);
}
