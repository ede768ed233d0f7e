/**
 * Whether Deno exports what OpenTelemetry's API is told: with `OTEL_DENO=true`
 * it has registered itself there, before the program starts.
 */
export function isExporting(): boolean {
  return Symbol.for("opentelemetry.js.api.1") in globalThis;
}
