import type { Ledger } from "../ledger/ledger.ts";
import type { LedgerReader } from "../ledger/ledger_reader.ts";
import type { ConnectionSettings } from "../ledger/postgres/connection.ts";
import {
  parsePostgresAddress,
  type TlsFiles,
} from "../ledger/postgres/postgres_address.ts";
import { PostgresLedger } from "../ledger/postgres/postgres_ledger.ts";
import { PostgresReader } from "../ledger/postgres/postgres_reader.ts";
import type { TlsOptions } from "../ledger/postgres/session.ts";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import type { LedgerLimits } from "./open_ledger.ts";
import { findPassword } from "./postgres_password.ts";

/**
 * Opens the ledger that a URL of PostgreSQL names.
 *
 * @throws {EventCounterError} 2 if it is no such URL or a file cannot be read,
 * else what {@linkcode PostgresLedger.open} throws.
 */
export async function openPostgresLedger(
  url: string,
  limits: LedgerLimits,
): Promise<Ledger> {
  return await PostgresLedger.open({ ...limits, ...await settingsOf(url) });
}

/**
 * Opens it to be read alone.
 *
 * @throws {EventCounterError} 2 if it is no such URL or a file cannot be read,
 * else what {@linkcode PostgresReader.open} throws.
 */
export async function openPostgresReader(
  url: string,
  patience: Pick<ConnectionSettings, "connectTimeout" | "areFixed">,
): Promise<LedgerReader> {
  return await PostgresReader.open({
    ...await settingsOf(url),
    ...patience,
    // Nothing is read on after a loss.
    reconnectTimeout: 0,
  });
}

async function settingsOf(url: string) {
  const address = parsePostgresAddress(url);
  const password = await findPassword(address);
  return {
    address: { ...address, password },
    tls: address.tls && await readFiles(address.tls),
  };
}

async function readFiles(files: TlsFiles): Promise<TlsOptions> {
  const [ca, cert, key] = await Promise.all(
    (["sslrootcert", "sslcert", "sslkey"] as const).map((name) =>
      files[name] === undefined ? undefined : read(name, files[name])
    ),
  );
  return {
    ...ca === undefined ? {} : { ca },
    ...cert === undefined ? {} : { cert },
    ...key === undefined ? {} : { key },
  };
}

async function read(parameter: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new EventCounterError(
      EXIT.usage,
      `Cannot read "${path}": ${
        messageOf(error)
      }; check ${parameter} in --ledger`,
      { cause: error },
    );
  }
}
