import { Buffer } from "node:buffer";
import {
  type MessageProperties,
  readProperties,
} from "./message_properties.ts";
import type { Rejection, RejectionReason } from "./rejection.ts";

/** What a line holds of every message. */
interface Message {
  readonly routingKey: string;
  readonly body: Uint8Array;
  readonly properties?: MessageProperties | undefined;
}

/** A message as one NDJSON line tells it. */
export interface MessageLine extends Message {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Present in the lines of `rejected.ndjson`. */
  readonly reason?: RejectionReason;
  /** When it was rejected, in milliseconds since 1970 (UTC). */
  readonly at?: number;
}

/**
 * What the line of `rejected.ndjson` tells of a rejection:
 * `{"time":…,"reason":…,"routingKey":…,"body":…}`, where a body that is no
 * UTF-8 text stands as `bodyBase64` instead, and `messageId`, `contentEncoding`
 * and `headers` before it where the message has them.
 */
export function rejectionLine(
  rejection: Rejection,
): Readonly<Record<string, unknown>> {
  const { at, reason } = rejection;
  const time = new Date(at).toISOString();
  return { time, reason, ...membersOf(rejection) };
}

/** The line of `rejected.ndjson` for one rejection, newline included. */
export function writeRejectionLine(rejection: Rejection): string {
  return JSON.stringify(rejectionLine(rejection)) + "\n";
}

/** The line for a message that `--input` is to read, newline included. */
export function writeMessageLine(message: Message): string {
  return JSON.stringify(membersOf(message)) + "\n";
}

/**
 * Reads one line, with or without its newline. `body` may be text, which is
 * the body itself, or an object, which stands for its JSON.
 *
 * @returns The message, or `undefined` if the line is none.
 */
export function readMessageLine(line: Uint8Array): MessageLine | undefined {
  let parsed;
  try {
    parsed = JSON.parse(utf8.decode(line));
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const { routingKey, reason, time } = parsed;
  const body = readBody(parsed);
  if (typeof routingKey !== "string" || body === undefined) return undefined;
  const properties = readProperties(parsed);
  if (typeof reason !== "string") return { routingKey, body, properties };
  const at = Date.parse(time);
  return {
    routingKey,
    body,
    properties,
    reason: reason as RejectionReason,
    at: Number.isNaN(at) ? 0 : at,
  };
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

function membersOf({ routingKey, body, properties }: Message) {
  return { routingKey, ...properties, ...writeBody(body) };
}

function writeBody(body: Uint8Array) {
  try {
    return { body: utf8.decode(body) };
  } catch {
    // No UTF-8: kept byte for byte all the same.
    return { bodyBase64: Buffer.from(body).toString("base64") };
  }
}

function readBody(
  line: { body?: unknown; bodyBase64?: unknown },
): Uint8Array<ArrayBuffer> | undefined {
  const { body, bodyBase64 } = line;
  if (typeof body === "string") return encoder.encode(body);
  if (typeof body === "object" && body !== null) {
    return encoder.encode(JSON.stringify(body));
  }
  if (typeof bodyBase64 === "string") {
    return new Uint8Array(Buffer.from(bodyBase64, "base64"));
  }
  return undefined;
}
