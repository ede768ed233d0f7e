import { assert, assertEquals, assertThrows } from "@std/assert";
import { findInFile } from "../../src/cli/postgres_password.ts";
import { parsePostgresAddress } from "../../src/ledger/postgres/postgres_address.ts";
import { EventCounterError } from "../../src/model/errors.ts";
import { test } from "../support/pure.ts";

const DEFAULTS = {
  hostname: "host",
  port: 5432,
  username: "user",
  password: undefined as string | undefined,
  database: "user",
  schema: "eventcounter",
  tls: undefined as unknown,
};

const readings: Record<string, Partial<typeof DEFAULTS>> = {
  "postgres://user@host": {},
  "postgresql://user@host/": {},
  "postgres://user:secret@host:5433/db": {
    password: "secret",
    port: 5433,
    database: "db",
  },
  "postgres://a%40b:c%3Ad%2Fe@[::1]/d%20b": {
    hostname: "::1",
    username: "a@b",
    password: "c:d/e",
    database: "d b",
  },
  "postgres://user@host?schema=other_1": { schema: "other_1" },
  "postgres://user@host?sslmode=disable": {},
  "postgres://user@host?sslmode=require": { tls: {} },
  "postgres://user@host?sslmode=verify-full&sslrootcert=/ca.pem": {
    tls: { sslrootcert: "/ca.pem" },
  },
};

for (const [url, reading] of Object.entries(readings)) {
  test(`parsePostgresAddress() reads ${url}`, () => {
    const { masked: _, ...address } = parsePostgresAddress(url);
    assertEquals<unknown>(address, { ...DEFAULTS, ...reading });
  });
}

const refused: Record<string, string> = {
  "postgres:": "it names no host",
  "postgres://host": "it names no user",
  "postgres://user:secret@host:port": "it is no URL",
  "postgres://user:secret@host/%zz": "percent sign",
  "postgres://u:secret@h?schema=Other": 'its schema is "Other"',
  "postgres://u:secret@h?sslmode=prefer": 'its sslmode is "prefer"',
  "postgres://u:secret@h?sslcert=c.pem": "its sslcert has no effect",
  "postgres://u:secret@h?password=secret": 'its parameter "password"',
};

for (const [url, reason] of Object.entries(refused)) {
  test(`parsePostgresAddress() refuses ${url} in one line, without its password`, () => {
    const error = assertThrows(
      () => parsePostgresAddress(url),
      EventCounterError,
      reason,
    );
    assertEquals(error.exitCode, 2);
    assert(!error.message.includes("secret"), error.message);
  });
}

const passwords: Record<string, string | undefined> = {
  "host:5432:db:user:secret": "secret",
  "*:*:*:*:any": "any",
  "other:5432:db:user:no\nhost:*:db:user:yes": "yes",
  "# host:5432:db:user:no\r\nhost:5432:db:user:a\\:b\\\\c\r\n": "a:b\\c",
  "host:5432:db:user": undefined,
  "host:5433:db:user:no": undefined,
};

for (const [text, password] of Object.entries(passwords)) {
  test(`of ${JSON.stringify(text)} the password is ${password}`, () => {
    const address = parsePostgresAddress("postgres://user@host/db");
    assertEquals(findInFile(text, address), password);
  });
}
