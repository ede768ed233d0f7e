import type { Ledger } from "../../src/ledger/ledger.ts";
import type { UserCount } from "../../src/model/counts.ts";
import type { FileNote } from "../../src/model/file_note.ts";
import { fingerprintOf } from "../../src/model/fingerprint.ts";
import type { MessageProperties } from "../../src/model/message_properties.ts";
import type { Rejection, RejectionReason } from "../../src/model/rejection.ts";
import type { Position } from "../../src/model/position.ts";
import { Event } from "../../src/model/event.ts";
import { parseUuid } from "../../src/model/uuid.ts";
import { bytes } from "./messages.ts";

/** What a test puts in one checkpoint; whatever is left out is empty. */
export interface CheckpointContent {
  readonly ids?: readonly string[];
  /** Per type, each user's count. */
  readonly counts?:
    | Readonly<Record<string, readonly UserCount[]>>
    | ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly rejections?: readonly Rejection[];
  readonly positions?: ReadonlyMap<string, Position>;
  /** Rows of rejections that it removes. */
  readonly released?: readonly number[];
  readonly at?: number;
}

/** Makes a checkpoint as the pipeline does: claims the ids, and commits. */
export async function checkpoint(
  ledger: Ledger,
  {
    ids = [],
    counts = {},
    rejections = [],
    positions = new Map(),
    released = [],
    at = 0,
  }: CheckpointContent,
): Promise<void> {
  await claim(ledger, ...ids);
  await ledger.commit({
    at,
    counts: counts instanceof Map ? counts : new Map(
      Object.entries(counts).map(([type, users]) => [type, new Map(users)]),
    ),
    rejections,
    positions,
    released,
  });
}

/** Claims ids. @returns Those that are new. */
export async function claim(
  ledger: Ledger,
  ...ids: readonly string[]
): Promise<string[]> {
  const events = ids.map((id) =>
    new Event("a", "created", parseUuid(id) ?? id)
  );
  const isNew = await ledger.claim(events);
  return ids.filter((_, i) => isNew[i] === 1);
}

/** Those of some ids that are claimed already. */
export async function knownOf(
  ledger: Ledger,
  ids: Iterable<string>,
): Promise<string[]> {
  const known: string[] = [];
  for (const id of ids) {
    if (await ledger.has(parseUuid(id) ?? id)) known.push(id);
  }
  return known;
}

/** The record of a rejected delivery. */
export function rejection(
  body: string | Uint8Array<ArrayBuffer>,
  routingKey = "a.event.created",
  reason: RejectionReason = "bad_json",
  at = 1,
  properties?: MessageProperties,
): Rejection {
  const content = typeof body === "string" ? bytes(body) : body;
  const fingerprint = fingerprintOf(routingKey, content, properties);
  return { reason, routingKey, body: content, properties, at, fingerprint };
}

/** What may be noted of a file. */
export function fileNote(
  folder: string,
  name: string,
  shows: number,
): FileNote {
  const digest = new Uint8Array(32).fill(shows);
  return { folder, name, shows, size: shows, modified: shows, digest };
}

/** Everything a ledger shows, types sorted. */
export interface LedgerContent {
  readonly counts: readonly [type: string, users: readonly UserCount[]][];
  readonly rejections: readonly Rejection[];
}

/** Reads everything a ledger shows. */
export async function contentOf(ledger: Ledger): Promise<LedgerContent> {
  const counts: [string, UserCount[]][] = [];
  for (const type of (await ledger.types()).sort()) {
    counts.push([type, await countsOf(ledger, type)]);
  }
  return { counts, rejections: await rejectionsOf(ledger) };
}

/** Reads the totals of one type. */
export async function countsOf(
  ledger: Ledger,
  type: string,
): Promise<UserCount[]> {
  return (await Array.fromAsync(ledger.counts(type))).flat();
}

/** Reads the rejections. */
export async function rejectionsOf(ledger: Ledger): Promise<Rejection[]> {
  return (await Array.fromAsync(ledger.rejections())).flat()
    .map(({ row: _, ...rejection }) => rejection);
}
