import { parsePostgresAddress } from "../../src/ledger/postgres/postgres_address.ts";
import {
  PostgresLedger,
  type PostgresLedgerOptions,
} from "../../src/ledger/postgres/postgres_ledger.ts";
import { Session } from "../../src/ledger/postgres/session.ts";
import type { DurableAdapter } from "./ledger_adapters.ts";
import { findOrStartPostgres, type Postgres } from "../../tools/postgres.ts";

/** The server for the tests of a file that imports this. */
let server: Postgres;
const schemas = new Map<string, string>();

Deno.test.beforeAll(async () => {
  server = await findOrStartPostgres();
});

Deno.test.afterAll(async () => {
  await askPostgres(
    ...[...schemas.values()].map((schema) =>
      `DROP SCHEMA IF EXISTS ${schema} CASCADE`
    ),
  );
  await server[Symbol.asyncDispose]();
});

/** A ledger for the contract suites; every folder has a schema of its own. */
export const postgresAdapter: DurableAdapter = {
  name: "PostgresLedger",
  open: (folder) => openPostgres(ledgerUrl(folder)),
  // Others see what is committed, and nothing else has ever been there.
  crash: (folder, to) => {
    schemas.set(to, schemas.get(folder)!);
    return Promise.resolve();
  },
  permissions: { net: true, env: ["PGBINARY", "PGOPTIONS", "PGREPLICATION"] },
};

/** The URL of the ledger with a name; the same name gives the same ledger. */
export function ledgerUrl(name: string = crypto.randomUUID()): string {
  const schema = schemas.get(name) ??
    `test_${crypto.randomUUID().replaceAll("-", "_")}`;
  schemas.set(name, schema);
  return `${server.url}?schema=${schema}`;
}

/** Opens a ledger, patiently enough for a server that starts again. */
export async function openPostgres(
  url: string,
  options: Partial<PostgresLedgerOptions> = {},
): Promise<PostgresLedger> {
  return await PostgresLedger.open({
    address: parsePostgresAddress(url),
    connectTimeout: 30_000,
    reconnectTimeout: 30_000,
    ...options,
  });
}

/** Runs statements as somebody else. @returns The first value of the last. */
export async function askPostgres(...statements: string[]): Promise<unknown> {
  const session = await Session.open(
    parsePostgresAddress(server.url),
    undefined,
  );
  try {
    let value: unknown;
    for (const statement of statements) {
      value = (await session.ask(statement)).rows[0]?.[0];
    }
    return value;
  } finally {
    await session.close();
  }
}
