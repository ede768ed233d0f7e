import { DatabaseSync } from "node:sqlite";
import { packedUuid, UUID_BYTES } from "../../src/model/uuid.ts";

/** The ids that a SQLite ledger's file holds, sorted; read without the ledger. */
export function storedIds(path: string): string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return idsOf(database);
  } finally {
    database.close();
  }
}

/** How many it holds by now: none while it is only being made. */
export function countStoredIds(path: string): number {
  try {
    return storedIds(path).length;
  } catch {
    return 0;
  }
}

/** The same as {@linkcode storedIds} by a connection that is open. */
export function idsOf(database: DatabaseSync): string[] {
  return database.prepare("SELECT uuids, texts FROM checkpoint").all()
    .flatMap(({ uuids, texts }) => [
      ...unpack(uuids as Uint8Array),
      ...JSON.parse(texts as string) as string[],
    ]).sort();
}

function unpack(packed: Uint8Array): string[] {
  return Array.from(
    { length: packed.length / UUID_BYTES },
    (_, i) => packedUuid(packed.subarray(i * UUID_BYTES)).toString(),
  );
}
