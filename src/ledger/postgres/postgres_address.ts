import { EventCounterError, EXIT } from "../../model/errors.ts";
import { maskPassword } from "../../model/mask_password.ts";

/** Where a PostgreSQL is and how to log in, everything decoded. */
export interface PostgresAddress {
  /** A name or an address; an IPv6 address without its brackets. */
  readonly hostname: string;
  /** The TCP port. Default 5432. */
  readonly port: number;
  readonly username: string;
  /** Nothing if the URL holds none. */
  readonly password: string | undefined;
  /** Default: named as the user. */
  readonly database: string;
  /** The schema with the ledger's tables. Default `eventcounter`. */
  readonly schema: string;
  /** Nothing for a connection without TLS, as is the default. */
  readonly tls: TlsFiles | undefined;
  /** For messages: the URL with its password replaced by `***`. */
  readonly masked: string;
}

/** The files of certificates and keys (PEM) that a URL names. */
export interface TlsFiles {
  /** Authorities to trust instead of the system's. */
  readonly sslrootcert?: string;
  /** The client's own certificate, and its private key. */
  readonly sslcert?: string;
  readonly sslkey?: string;
}

const TLS_FILES = ["sslrootcert", "sslcert", "sslkey"] as const;

/**
 * Modes of libpq that ask for TLS. All of them check the certificate in full
 * here; libpq's `require` checks nothing, as its manual regrets.
 */
const TLS_MODES = ["require", "verify-ca", "verify-full"];

/** Names that PostgreSQL leaves as they are, within its 63 bytes. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Reads a URL of PostgreSQL, with the parameters of libpq
 * (https://www.postgresql.org/docs/current/libpq-connect.html) that are about
 * TLS, and `schema`.
 *
 * @throws {EventCounterError} 2 if it is no such URL.
 */
export function parsePostgresAddress(url: string): PostgresAddress {
  const masked = maskPassword(url);
  const refuse = (what: string) =>
    new EventCounterError(
      EXIT.usage,
      `Cannot use ledger "${masked}": ${what}, ` +
        "give one like postgres://user:password@host:5432/database",
    );
  if (!URL.canParse(url)) throw refuse("it is no URL");
  const parsed = new URL(url);
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw refuse("a percent sign in it is not followed by two digits");
    }
  };
  const username = decode(parsed.username);
  if (parsed.hostname === "") throw refuse("it names no host");
  if (username === "") throw refuse("it names no user");
  const parameters = new Map(parsed.searchParams);
  const take = (name: string) => {
    const value = parameters.get(name);
    parameters.delete(name);
    return value;
  };
  const schema = take("schema") ?? "eventcounter";
  if (!SCHEMA_NAME.test(schema)) {
    throw refuse(
      `its schema is "${schema}" and must be lower-case letters, digits and underscores`,
    );
  }
  const mode = take("sslmode") ?? "disable";
  if (mode !== "disable" && !TLS_MODES.includes(mode)) {
    throw refuse(`its sslmode is "${mode}" and must be disable or verify-full`);
  }
  const files = TLS_FILES.flatMap((name) => {
    const path = take(name);
    return path === undefined ? [] : [[name, path] as const];
  });
  const [file] = files;
  if (file !== undefined && mode === "disable") {
    throw refuse(`its ${file[0]} has no effect without sslmode=verify-full`);
  }
  const [unknown] = parameters.keys();
  if (unknown !== undefined) {
    throw refuse(`its parameter "${unknown}" means nothing here`);
  }
  return {
    hostname: parsed.hostname.replace(/^\[|\]$/g, ""),
    port: Number(parsed.port) || 5432,
    username,
    password: decode(parsed.password) || undefined,
    database: decode(parsed.pathname.slice(1)) || username,
    schema,
    tls: mode === "disable" ? undefined : Object.fromEntries(files),
    masked,
  };
}
