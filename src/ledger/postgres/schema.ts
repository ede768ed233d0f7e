import { EventCounterError, EXIT } from "../../model/errors.ts";
import { LedgerMissing } from "../ledger_reader.ts";
import type { PostgresAddress } from "./postgres_address.ts";
import type { Session } from "./session.ts";

/** Version of the schema below; a ledger of a later version is not touched. */
export const SCHEMA_VERSION = 3;

/** What makes version 2 of version 1, and so on. */
const UPGRADES: readonly string[] = [
  "ALTER TABLE rejection ADD COLUMN properties json",
  "ALTER TABLE ledger ADD COLUMN forgotten bigint NOT NULL DEFAULT 0",
];

/** Tells our advisory locks from those of others. */
const LOCKS = { fold: 0x45564301, forget: 0x45564302, reject: 0x45564303 };

/** The key of an advisory lock, for SQL: each schema has its own. */
export function lockKey(lock: keyof typeof LOCKS): string {
  return `${LOCKS[lock]}, current_schema()::regnamespace::oid::bigint::integer`;
}

/**
 * `checkpoint` says which transactions were committed, for a worker that did
 * not hear the answer; days later nobody asks any more.
 *
 * The counts of a checkpoint are appended to `uncounted` as one value. Adding
 * them to `total` at once would make workers wait for each other at every busy
 * user. They are `json`, which unlike `jsonb` takes any text that JSON can
 * hold; other texts that PostgreSQL's `text` would refuse (a NUL) are kept as
 * bytes or as JSON. Bytes of UTF-8 also sort by code point.
 */
const TABLES = `
CREATE TABLE ledger (
  version integer NOT NULL,
  forgotten bigint NOT NULL DEFAULT 0 -- ids that were
);
INSERT INTO ledger VALUES (${SCHEMA_VERSION});

CREATE TABLE run (
  id uuid PRIMARY KEY,
  started_at bigint NOT NULL, -- milliseconds since 1970 (UTC)
  ended_at bigint,
  stopped text,
  unique_events bigint,
  duplicates bigint,
  rejected bigint
);

CREATE TABLE checkpoint (
  run uuid NOT NULL,
  number bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run, number)
);

CREATE TABLE seen_uuid (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE seen_text (  -- ids that are no canonical UUID
  id bytea PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE uncounted (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  counts json NOT NULL  -- [[type, [user, count, user, count, ...]], ...]
);

CREATE TABLE total (
  type text NOT NULL,
  user_id bytea NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (type, user_id)
);

CREATE TABLE rejection (
  place bigint PRIMARY KEY,     -- 1, 2, 3 … in the order they were committed
  run uuid NOT NULL,
  number bigint NOT NULL,
  at bigint NOT NULL,           -- milliseconds since 1970 (UTC)
  reason text NOT NULL,         -- empty: removed, only to be known again
  routing_key json NOT NULL,    -- a string
  fingerprint bytea NOT NULL,   -- 16 bytes for routing key, body, properties
  follows json,                 -- strings
  precedes json,
  body bytea NOT NULL,
  settled boolean NOT NULL DEFAULT false,
  properties json               -- an object, as in rejected.ndjson
);
CREATE INDEX rejection_fingerprint ON rejection (fingerprint);
CREATE INDEX rejection_unsettled ON rejection (run, number) WHERE NOT settled;

CREATE TABLE stream_position (
  stream bytea PRIMARY KEY,
  last_offset bigint NOT NULL,
  fingerprint bytea NOT NULL    -- as that of a rejection, of the message there
);

-- What the files contain that were written from here, by this worker or that.
CREATE TABLE file (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  worker uuid NOT NULL,
  folder json NOT NULL,      -- a string
  name text NOT NULL,
  shows bigint NOT NULL,     -- events or rejections
  size bigint NOT NULL,
  modified bigint NOT NULL,  -- milliseconds since 1970 (UTC)
  digest bytea NOT NULL      -- SHA-256; empty for a file that grows at its end
);
CREATE INDEX file_name ON file (name);
`;

/**
 * Makes sure that the schema is a ledger of this version. A new schema becomes
 * one, and so does one of an earlier version, also while workers of that go on;
 * one of somebody else's is not written to.
 *
 * @throws {EventCounterError} 65 if it is no ledger or of a later version.
 * PostgreSQL's own errors otherwise.
 */
export async function prepareSchema(
  session: Session,
  address: PostgresAddress,
): Promise<void> {
  const { schema } = address;
  if (await isBehind(session, schema)) {
    await session.ask("BEGIN");
    // Another worker may be making it right now.
    await session.ask("SELECT pg_advisory_xact_lock(hashtext($1))", schema);
    const version = await versionOf(session, schema);
    if (version === undefined) await makeSchema(session, address);
    else await upgradeSchema(session, version);
    await session.ask("COMMIT");
  }
  await checkSchema(session, address);
}

/**
 * Refuses a schema that is no ledger of this version; writes nothing.
 *
 * @throws {EventCounterError} 65. PostgreSQL's own errors otherwise.
 */
export async function checkSchema(
  session: Session,
  address: PostgresAddress,
): Promise<void> {
  const { schema, masked } = address;
  const version = await versionOf(session, schema);
  if (version === SCHEMA_VERSION) return;
  if (version === undefined) {
    await findRoom(session, address);
    throw new LedgerMissing(
      `Cannot read ledger "${masked}": schema "${schema}" is not there or has no ledger, check --ledger and its ?schema=`,
    );
  }
  if (version < SCHEMA_VERSION) {
    throw new EventCounterError(
      EXIT.badInput,
      `Cannot read ledger "${masked}": its version is ${version}, and the next run of count makes it ${SCHEMA_VERSION}; read it then`,
    );
  }
  throw new EventCounterError(
    EXIT.badInput,
    `Cannot use ledger "${masked}": its version is ${version} and this program knows up to ${SCHEMA_VERSION}, use a newer eventcounter`,
  );
}

async function isBehind(session: Session, schema: string): Promise<boolean> {
  const version = await versionOf(session, schema);
  return version === undefined || version < SCHEMA_VERSION;
}

async function upgradeSchema(session: Session, from: number): Promise<void> {
  for (const statements of UPGRADES.slice(from - 1)) {
    await session.execute(statements);
  }
  await session.ask("UPDATE ledger SET version = $1", SCHEMA_VERSION);
}

/** A look at the tables of the catalogue; `to_regclass` may remember too much. */
async function versionOf(
  session: Session,
  schema: string,
): Promise<number | undefined> {
  const { rows: [found] } = await session.ask(
    "SELECT EXISTS (SELECT FROM pg_class JOIN pg_namespace ON relnamespace = " +
      "pg_namespace.oid WHERE nspname = $1 AND relname = 'ledger')",
    schema,
  );
  if (found![0] === false) return undefined;
  const { rows: [row] } = await session.ask("SELECT version FROM ledger");
  return row?.[0] as number | undefined;
}

async function makeSchema(
  session: Session,
  address: PostgresAddress,
): Promise<void> {
  // Who makes tables in a schema may lack the permission to make schemas.
  if (!await findRoom(session, address)) {
    await session.ask(`CREATE SCHEMA "${address.schema}"`);
  }
  await session.execute(TABLES);
}

/**
 * Looks whether a schema may become a ledger.
 *
 * @returns Whether it is there.
 * @throws {EventCounterError} 65 if it holds something.
 */
async function findRoom(
  session: Session,
  { schema, masked }: PostgresAddress,
): Promise<boolean> {
  const { rows: [found] } = await session.ask(
    "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = " +
      "pg_namespace.oid) FROM pg_namespace WHERE nspname = $1",
    schema,
  );
  if (found?.[0] !== true) return found !== undefined;
  throw new EventCounterError(
    EXIT.badInput,
    `Cannot use ledger "${masked}": schema "${schema}" holds something else, give another with ?schema=`,
  );
}
