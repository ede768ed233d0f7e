import { configure, type LogRecord } from "@logtape/logtape";
import { grouped } from "../model/words.ts";
import type { StandardError } from "./stderr.ts";
import { printable } from "./terminal.ts";

/** Least severe records that are written. */
export type Level = "debug" | "info" | "warn" | "error" | "off";

/** How records look. */
export type Format = "text" | "json";

/** How a command is to log, as Cliffy hands it over. */
export interface LogOptions {
  readonly logLevel?: Level;
  readonly logFormat?: Format;
}

/**
 * Sends the log records of the whole program to standard error.
 *
 * What a level means: error, a person must act; warn, something is wrong but
 * nothing is lost; info, what a run does; debug, why.
 */
export async function configureLog(
  { logLevel: level = "info", logFormat: format = "text" }: LogOptions,
  stderr: StandardError,
): Promise<void> {
  const write = format === "json" ? writeJson : writeText;
  await configure({
    reset: true,
    sinks: { stderr: (record) => stderr.writeLine(write(record)) },
    loggers: [
      {
        category: "eventcounter",
        lowestLevel: level === "warn" || level === "off" ? "warning" : level,
        sinks: level === "off" ? [] : ["stderr"],
      },
      // LogTape's word about itself.
      { category: ["logtape", "meta"], sinks: [] },
    ],
  });
}

/** The line that says why the program ends. */
export function writeFailure(
  format: Format,
  { exitCode, message }: {
    readonly exitCode: number;
    readonly message: string;
  },
): string {
  if (format === "text") return `eventcounter: ${printable(message)}`;
  return JSON.stringify({
    time: new Date().toISOString(),
    level: "error",
    logger: "eventcounter",
    message,
    exitCode,
  });
}

function writeText(record: LogRecord): string {
  // To the second; a run may go on for days, in any time zone.
  const time = new Date(record.timestamp).toISOString().slice(0, 19) + "Z";
  const level = record.level === "warning" ? "warn" : record.level;
  return `${time} ${level.toUpperCase().padEnd(5)} ${
    printable(messageOf(record, shown))
  }`;
}

function writeJson(record: LogRecord): string {
  return JSON.stringify({
    ...record.properties,
    time: new Date(record.timestamp).toISOString(),
    level: record.level === "warning" ? "warn" : record.level,
    logger: record.category.join("."),
    message: messageOf(record),
  });
}

/** Texts and values stand in turn in a record's message. */
function messageOf(
  { message }: LogRecord,
  write: (value: unknown) => string = String,
): string {
  return message.map(write).join("").replace(/\s*\n\s*/g, " ");
}

/** A value for people: what is a number tells how much, as in the summary. */
function shown(value: unknown): string {
  return typeof value === "number" ? grouped(value) : String(value);
}
