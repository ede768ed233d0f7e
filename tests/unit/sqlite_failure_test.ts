import { assertEquals, assertStrictEquals } from "@std/assert";
import { sqliteFailure } from "../../src/ledger/sqlite/sqlite_failure.ts";
import { EventCounterError, EXIT } from "../../src/model/errors.ts";

/** SQLite's own words (https://www.sqlite.org/rescode.html), and some of Deno's. */
const codes: Record<string, number> = {
  "database is locked": 75,
  "database table is locked": 75,
  "file is not a database": 65,
  "database disk image is malformed": 65,
  "no such table: checkpoint": 65,
  "database or disk is full": 74,
  "disk I/O error": 74,
  "unable to open database file": 73,
  "attempt to write a readonly database": 73,
  "access permission denied": 73,
  "No such file or directory (os error 2)": 73,
  'Requires read access to "a.db"': 73,
  "UNIQUE constraint failed: total.user": 1,
};

for (const [message, exitCode] of Object.entries(codes)) {
  Deno.test(`sqliteFailure() ends "${message}" with exit code ${exitCode}`, {
    permissions: "none",
  }, () => {
    const cause = new Error(message);

    const failure = sqliteFailure(cause, "a.db");

    assertEquals([failure.exitCode, failure.cause], [exitCode, cause]);
    assertEquals(
      failure.message.startsWith(`Cannot use ledger "a.db": ${message}; `),
      true,
    );
  });
}

Deno.test("sqliteFailure() passes on an error of our own", {
  permissions: "none",
}, () => {
  const error = new EventCounterError(EXIT.badInput, "ours");

  assertStrictEquals(sqliteFailure(error, "a.db"), error);
});
