/** Marks a SQLite file as a ledger: "EVCT" in ASCII. */
export const APPLICATION_ID = 0x45564354;

/** Version of the schema below; a ledger of a later version is not touched. */
export const SCHEMA_VERSION = 3;

/** What makes version 2 of version 1, and so on. */
export const UPGRADES: readonly string[] = [
  "ALTER TABLE rejection ADD COLUMN properties TEXT",
  "ALTER TABLE checkpoint ADD COLUMN events INTEGER; " +
  "ALTER TABLE run ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0",
];

/**
 * Times are milliseconds since 1970 (UTC).
 *
 * `checkpoint` is a log: a batch's ids and counts in one row. Appending 16
 * bytes an id is some twenty times as fast as keeping an index of random keys,
 * and so is appending a batch's counts to updating thousands of totals. The
 * counts of the last checkpoints are added to `total` every so often and at the
 * end; `counts` is null from then on. Whoever reads the file with another
 * program finds the sum of both in the view `counted`.
 *
 * Texts that SQLite could cut short (a NUL) or change (an unpaired surrogate)
 * are kept as JSON, users as the bytes of their UTF-8, which also sort by code
 * point.
 */
export const SCHEMA = `
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  stopped TEXT,
  unique_events INTEGER,
  duplicates INTEGER,
  rejected INTEGER,
  forgotten INTEGER NOT NULL DEFAULT 0 -- ids of earlier runs, when it began
) STRICT;

CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run (id),
  at INTEGER NOT NULL,
  settled INTEGER NOT NULL, -- 0: it has rejections, and its ack may be lost
  counts TEXT,           -- [[type, [user, count, user, count, ...]], ...]
  texts TEXT NOT NULL,   -- the ids that are no canonical UUID: [id, ...]
  uuids BLOB NOT NULL,   -- the others, 16 bytes each
  events INTEGER         -- how many ids there were
) STRICT;

CREATE INDEX unsettled_checkpoint ON checkpoint (id) WHERE settled = 0;

CREATE INDEX unfolded_checkpoint ON checkpoint (id) WHERE counts IS NOT NULL;

CREATE TABLE total (
  type TEXT NOT NULL,
  user BLOB NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (type, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE rejection (
  id INTEGER PRIMARY KEY,
  checkpoint INTEGER NOT NULL, -- its row may be forgotten
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,        -- empty: removed, and only to be known again
  routing_key TEXT NOT NULL, -- a JSON string
  fingerprint BLOB NOT NULL, -- 16 bytes for routing key, body, properties
  follows TEXT,              -- places between events, as JSON strings
  precedes TEXT,
  body BLOB NOT NULL,
  properties TEXT            -- a JSON object, as in rejected.ndjson
) STRICT;

CREATE INDEX rejection_content ON rejection (fingerprint);

CREATE TABLE position (
  stream TEXT PRIMARY KEY,
  last_offset INTEGER NOT NULL,
  fingerprint BLOB NOT NULL  -- as that of a rejection, of the message there
) STRICT, WITHOUT ROWID;

-- What the files contain that were written from here. Two rows for one of them:
-- the second content was about to take the place of the first.
CREATE TABLE file (
  folder TEXT NOT NULL,
  name TEXT NOT NULL,
  shows INTEGER NOT NULL,  -- events or rejections
  size INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  digest BLOB NOT NULL,    -- SHA-256; empty for a file that grows at its end
  PRIMARY KEY (name, folder, size, digest, modified)
) STRICT, WITHOUT ROWID;

CREATE VIEW counted AS
  SELECT type, CAST(user AS TEXT) AS user, sum(count) AS count FROM (
    SELECT type, user, count FROM total
    UNION ALL
    SELECT
      per_type.value ->> 0,
      CAST(name.value AS BLOB),
      per_type.value -> 1 ->> (name.key + 1)
    FROM checkpoint,
      json_each(checkpoint.counts) AS per_type,
      json_each(per_type.value -> 1) AS name
    WHERE checkpoint.counts IS NOT NULL AND name.key % 2 = 0
  ) GROUP BY type, user;
`;

/** The names of all tables and views. */
export const TABLES: readonly string[] = [
  ...SCHEMA.matchAll(/^CREATE (?:TABLE|VIEW) (\w+)/gm),
].map((match) => match[1]!);

/**
 * Every type with a total, sorted: leaps from one to the next, where DISTINCT
 * would walk through all of their users.
 */
export const TYPES = `
  WITH RECURSIVE each (type) AS (
    SELECT min(type) FROM total
    UNION ALL
    SELECT (SELECT min(type) FROM total WHERE type > each.type) FROM each
    WHERE each.type IS NOT NULL
  )
  SELECT type FROM each WHERE type IS NOT NULL`;

/** Types whose users are merged as they are sorted; SQLite merges 500 at most. */
const MERGED_TYPES = 100;

/**
 * Asks for the busiest users over so many types; takes their names, and how
 * many users are wanted. The primary key has the users of each type sorted, so
 * merging them takes neither memory nor a file, as grouping all rows does.
 */
export function busiestOf(types: number): string {
  const one = "SELECT user, count FROM total WHERE type = ?";
  const rows = types > 0 && types <= MERGED_TYPES
    ? `${Array(types).fill(one).join(" UNION ALL ")} ORDER BY user`
    : `SELECT user, count FROM total WHERE type IN (${
      Array(types).fill("?").join()
    })`;
  return `SELECT user, sum(count) AS events FROM (${rows}) ` +
    "GROUP BY user ORDER BY events DESC, user LIMIT ?";
}
