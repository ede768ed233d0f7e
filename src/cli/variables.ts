import { COUNT_OPTIONS } from "./options.ts";
import { PASSWORD_VARIABLES } from "./postgres_password.ts";
import { PUBLISH_OPTIONS } from "./publish_options.ts";

/**
 * Those of PostgreSQL's own clients. The password is wanted here; for the
 * others the package `pg` looks wherever it is told nothing else.
 */
const POSTGRES_VARIABLES = [
  ...PASSWORD_VARIABLES,
  ...["PGBINARY", "PGOPTIONS", "PGREPLICATION"],
];

/** The environment variables that the program reads, sorted. */
export const VARIABLES: readonly string[] = [
  ...new Set(
    [...COUNT_OPTIONS, ...PUBLISH_OPTIONS].flatMap(([_, options]) =>
      options.flatMap(({ variable }) => variable ?? [])
    ).concat(POSTGRES_VARIABLES),
  ),
].sort();
