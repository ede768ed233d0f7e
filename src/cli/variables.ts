import { COUNT_OPTIONS } from "./options.ts";
import { PASSWORD_VARIABLES } from "./postgres_password.ts";
import { PUBLISH_OPTIONS } from "./publish_options.ts";

/**
 * What packages look at, whatever they are told: `echarts` and `pg`. They mean
 * nothing here, but a package that may not look ends the program.
 */
export const VARIABLES_OF_PACKAGES: readonly string[] = [
  "NODE_ENV",
  "PGBINARY",
  "PGOPTIONS",
  "PGREPLICATION",
];

/**
 * What OpenTelemetry specifies for exporters, for --otlp-endpoint: headers with
 * credentials, say. The executable leaves them alone, but no other `OTEL_*`.
 */
export const VARIABLES_OF_OTLP: readonly string[] = [
  "OTEL_EXPORTER_OTLP_*",
  "OTEL_RESOURCE_ATTRIBUTES",
  "OTEL_SERVICE_NAME",
];

/** What tells whether a terminal can rewrite a line. */
const VARIABLE_OF_TERMINALS = "TERM";

/** The environment variables that the program reads, sorted. */
export const VARIABLES: readonly string[] = [
  ...new Set(
    [...COUNT_OPTIONS, ...PUBLISH_OPTIONS].flatMap(([_, options]) =>
      options.flatMap(({ variable }) => variable ?? [])
    ).concat(PASSWORD_VARIABLES, VARIABLE_OF_TERMINALS),
  ),
].sort();
