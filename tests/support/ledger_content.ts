import type { CheckpointBatch, Ledger } from "../../src/ledger/ledger.ts";
import type { UserCount } from "../../src/model/counts.ts";
import type { FileNote } from "../../src/model/file_note.ts";
import { fingerprintOf } from "../../src/model/fingerprint.ts";
import type { Rejection, RejectionReason } from "../../src/model/rejection.ts";
import { packedUuid, parseUuid, UUID_BYTES } from "../../src/model/uuid.ts";
import { bytes } from "./messages.ts";

/** What a test puts in one checkpoint; whatever is left out is empty. */
export interface BatchContent {
  readonly ids?: readonly string[];
  /** Per type, each user's count. */
  readonly counts?: Readonly<Record<string, readonly UserCount[]>>;
  readonly rejections?: readonly Rejection[];
  readonly at?: number;
}

/** Makes a batch as the pipeline does. */
export function batchOf(
  { ids = [], counts = {}, rejections = [], at = 0 }: BatchContent,
): CheckpointBatch {
  const keys = ids.map((id) => parseUuid(id) ?? id);
  return {
    at,
    uuids: keys.filter((key) => typeof key !== "string"),
    texts: keys.filter((key) => typeof key === "string"),
    counts: new Map(
      Object.entries(counts).map(([type, users]) => [type, new Map(users)]),
    ),
    rejections,
  };
}

/** The record of a rejected delivery. */
export function rejection(
  body: string | Uint8Array<ArrayBuffer>,
  routingKey = "a.event.created",
  reason: RejectionReason = "bad_json",
  at = 1,
): Rejection {
  const content = typeof body === "string" ? bytes(body) : body;
  const fingerprint = fingerprintOf(routingKey, content);
  return { reason, routingKey, body: content, at, fingerprint };
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
  return (await Array.fromAsync(ledger.rejections())).flat();
}

/** What a ledger has loaded, as sorted texts. */
export async function loadedFrom(ledger: Ledger) {
  const ids: string[] = [];
  const rejected: string[] = [];
  await ledger.load({
    add: (id) => ids.push(id),
    addPacked: (uuids) => ids.push(...unpack(uuids)),
    addRejected: (fingerprints) => rejected.push(...unpack(fingerprints)),
  });
  return { ids: ids.sort(), rejected: rejected.sort() };
}

/** Fingerprints in the form that {@linkcode loadedFrom} gives them. */
export function fingerprintsOf(rejections: readonly Rejection[]): string[] {
  return rejections.flatMap(({ fingerprint }) => unpack(fingerprint)).sort();
}

function unpack(packed: Uint8Array): string[] {
  return Array.from(
    { length: packed.length / UUID_BYTES },
    (_, i) =>
      packedUuid(packed.subarray(i * UUID_BYTES, (i + 1) * UUID_BYTES))
        .toString(),
  );
}
