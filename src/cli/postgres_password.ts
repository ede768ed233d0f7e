import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import type { PostgresAddress } from "../ledger/postgres/postgres_address.ts";

/** Where libpq, too, looks for a password that the URL does not hold. */
export const PASSWORD_VARIABLES = ["PGPASSWORD", "PGPASSFILE"] as const;

/**
 * Finds the password of an address: in the URL, in `PGPASSWORD`, or in the file
 * that `PGPASSFILE` names.
 *
 * @returns Nothing where there is none; the server may not want one.
 * @throws {EventCounterError} 2 if the file cannot be read.
 */
export async function findPassword(
  address: PostgresAddress,
): Promise<string | undefined> {
  const given = address.password ?? Deno.env.get("PGPASSWORD");
  if (given) return given;
  const path = Deno.env.get("PGPASSFILE");
  if (!path) return undefined;
  try {
    return findInFile(await Deno.readTextFile(path), address);
  } catch (error) {
    throw new EventCounterError(
      EXIT.usage,
      `Cannot read "${path}": ${messageOf(error)}; check PGPASSFILE`,
      { cause: error },
    );
  }
}

/**
 * The password of the first line that fits, of
 * `hostname:port:database:username:password`; `*` fits anything, and a
 * backslash stands before a colon or a backslash that is meant as such
 * (https://www.postgresql.org/docs/current/libpq-pgpass.html).
 */
export function findInFile(
  text: string,
  { hostname, port, database, username }: PostgresAddress,
): string | undefined {
  const wanted = [hostname, String(port), database, username];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = line.match(/(?:\\.|[^:\\])+/g)?.map((field) =>
      field.replace(/\\(.)/g, "$1")
    );
    if (fields?.length !== 5) continue;
    const fits = wanted.every((value, i) =>
      fields[i] === "*" || fields[i] === value
    );
    if (fits) return fields[4];
  }
  return undefined;
}
