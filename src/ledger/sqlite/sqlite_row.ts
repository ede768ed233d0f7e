import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { FileNote } from "../../model/file_note.ts";
import type { Position } from "../../model/position.ts";
import { UUID_BYTES } from "../../model/uuid.ts";
import { readStoredProperties } from "../stored_properties.ts";
import { readCounts, sumOf } from "../counts.ts";
import type { RecordedRejection } from "../ledger.ts";
import type { StoredCheckpoint, StoredRun } from "../ledger_reader.ts";
import {
  type RejectionReason,
  sizeOfRejection,
  type StoredRejection,
} from "../../model/rejection.ts";

/**
 * A value that is never null in a ledger. `node:sqlite` gives null for what it
 * cannot read in a torn file.
 *
 * @throws If it is null.
 */
export function requireValue<Value>(value: Value | null): Value {
  if (value === null) throw new Error("a value is missing: malformed");
  return value;
}

/** A text that is kept as JSON. @throws If it is damaged. */
export function textOf(json: SQLOutputValue | undefined): string {
  const text: unknown = JSON.parse(requireValue(json) as string);
  if (typeof text !== "string") throw new Error("malformed text");
  return text;
}

/** Ids that are kept as JSON. @throws If they are damaged. */
export function idsOf(json: SQLOutputValue | undefined): string[] {
  const ids: unknown = JSON.parse(requireValue(json) as string);
  const isRight = Array.isArray(ids) &&
    ids.every((id) => typeof id === "string");
  if (!isRight) throw new Error("malformed ids");
  return ids;
}

/** The UUIDs of a checkpoint. @throws If they are damaged. */
export function uuidsOf(value: SQLOutputValue | undefined): Uint8Array {
  const uuids = requireValue(value) as Uint8Array;
  if (uuids.length % UUID_BYTES === 0) return uuids;
  throw new Error("malformed UUIDs");
}

/** Bytes of rejections that are read at once (8 MiB), or a single one. */
const PAGE_BYTES = 8 * 1024 * 1024;

/** A page of rejections. @param after The id of the one before. */
export function readRejections(
  database: DatabaseSync,
  after: number,
): StoredRejection[] {
  const rows = database.prepare(
    "SELECT * FROM rejection WHERE id > ? AND reason <> '' ORDER BY id",
  );
  const page: StoredRejection[] = [];
  let bytes = 0;
  for (const row of rows.iterate(after)) {
    const rejection = rejectionOf(row);
    page.push(rejection);
    bytes += sizeOfRejection(rejection);
    if (bytes >= PAGE_BYTES) break;
  }
  return page;
}

/** The rejection that a row of the table `rejection` holds. */
export function rejectionOf(
  row: Record<string, SQLOutputValue>,
): StoredRejection {
  return {
    row: row.id as number,
    at: row.at as number,
    reason: row.reason as RejectionReason,
    routingKey: textOf(row.routing_key),
    fingerprint: requireValue(row.fingerprint) as Uint8Array<ArrayBuffer>,
    body: requireValue(row.body) as Uint8Array<ArrayBuffer>,
    properties: readStoredProperties(row.properties as string | null),
  };
}

/** What a row of the table `checkpoint` tells, with the number of its ids. */
export function checkpointOf(
  row: Record<string, SQLOutputValue>,
): StoredCheckpoint {
  const { events, counts } = row;
  return {
    row: row.id as number,
    run: String(row.run),
    ids: requireValue(row.ids) as number,
    ...events !== null && { events: events as number },
    ...counts !== null && { counted: sumOf(readCounts(counts as string)) },
  };
}

/** What a row of the table `run` tells. */
export function runOf(row: Record<string, SQLOutputValue>): StoredRun {
  const run = {
    id: String(row.id),
    startedAt: row.started_at as number,
    // Of one worker, a run that another has followed is over.
    stopped: row.isRunning === 1 ? "running" : "killed",
  };
  return row.ended_at === null ? run : {
    ...run,
    endedAt: row.ended_at as number,
    stopped: requireValue(row.stopped) as string,
    unique: row.unique_events as number,
    duplicates: row.duplicates as number,
    rejected: row.rejected as number,
  };
}

/** What a row of the table `file` tells. */
export function fileNoteOf(row: Record<string, SQLOutputValue>): FileNote {
  return {
    folder: requireValue(row.folder) as string,
    name: requireValue(row.name) as string,
    shows: row.shows as number,
    size: row.size as number,
    modified: row.modified as number,
    digest: requireValue(row.digest) as Uint8Array<ArrayBuffer>,
  };
}

/** What a row of the table `position` tells. */
export function positionOf(row: Record<string, SQLOutputValue>): Position {
  return {
    offset: row.last_offset as number,
    fingerprint: requireValue(row.fingerprint) as Uint8Array,
  };
}

/** What a row tells of a rejection that may come again. */
export function recordedRejectionOf(
  { fingerprint, follows, precedes, settled }: Record<string, SQLOutputValue>,
): RecordedRejection {
  return {
    fingerprint: requireValue(fingerprint) as Uint8Array<ArrayBuffer>,
    follows: follows === null ? undefined : textOf(follows),
    precedes: precedes === null ? undefined : textOf(precedes),
    settled: settled === 1,
  };
}
