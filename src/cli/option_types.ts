import { ValidationError } from "@cliffy/command";
import { type IdPlace, parseIdPlace } from "../decode/id_place.ts";
import { type KeyPattern, parseKeyPattern } from "../decode/key_pattern.ts";
import { TYPE_NAME, type TypeRule } from "../decode/routing_key.ts";
import { LONGEST_DELAY } from "../model/clock.ts";
import type { ListenAddress } from "../metrics/page_server.ts";
import { maskPassword } from "../model/mask_password.ts";
import type { StreamStart } from "../source/stream/stream_start.ts";
import { OPTION_WORDS } from "./option_spec.ts";

/** What a Cliffy type handler is given about the value it is to read. */
interface Given {
  /** `Option`, `Environment variable` or `Argument`. */
  readonly label: string;
  readonly name: string;
  readonly value: string;
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The longest duration: what a timer can be set to, in whole hours. */
const LONGEST_HOURS = Math.floor(LONGEST_DELAY / MILLISECONDS.h!);

/** Reads `500ms`, `5s`, `2m`, `1h` or `1d`, as milliseconds; more than nothing. */
export function duration(given: Given): number {
  const milliseconds = readDuration(given.value);
  if (milliseconds > 0) return milliseconds;
  throw refusal(
    given,
    `a duration like 500ms, 5s, 2m, 1h or 1d, at most ${LONGEST_HOURS}h`,
  );
}

/** As {@linkcode duration}; `0` is 0 and stands for "never". */
export function durationOrNever(given: Given): number {
  if (given.value === "0") return 0;
  const milliseconds = readDuration(given.value);
  if (milliseconds > 0) return milliseconds;
  throw refusal(
    given,
    `a duration like 500ms, 5s, 2m, 1h or 1d, at most ${LONGEST_HOURS}h, or 0 for never`,
  );
}

/** As {@linkcode duration}, but of any length: it is compared, not waited. */
export function age(given: Given): number {
  const milliseconds = readDuration(given.value, Number.MAX_SAFE_INTEGER);
  if (milliseconds > 0) return milliseconds;
  throw refusal(given, "a duration like 90m, 24h or 30d");
}

/** A type that reads whole numbers in a range. */
export function wholeNumber(least: number, most: number) {
  return (given: Given): number => {
    const number = /^\d{1,16}$/.test(given.value) ? Number(given.value) : NaN;
    if (number >= least && number <= most) return number;
    throw refusal(given, `a whole number from ${least} to ${most}`);
  };
}

/** Reads a part of a whole: a decimal number from 0 to 1. */
export function fraction(given: Given): number {
  const number = /^\d*\.?\d+$/.test(given.value) ? Number(given.value) : NaN;
  if (number >= 0 && number <= 1) return number;
  throw refusal(given, "a number from 0 to 1, like 0.2");
}

/** A type that takes one of some words. */
export function oneOf(words: readonly string[]) {
  return (given: Given): string => {
    if (words.includes(given.value)) return given.value;
    throw refusal(given, `one of ${words.join(", ")}`);
  };
}

/** Reads the path of a SQLite ledger, with or without `sqlite:` before it. */
export function ledgerPath(given: Given): string {
  const path = given.value.replace(/^sqlite:/, "");
  // Cliffy takes a mistyped flag for an argument.
  if (!/^$|^-|^memory:$|^[a-z]+:\/\//i.test(path)) return path;
  throw refusal(given, "the file of a SQLite ledger");
}

/** Reads a list of event types, `a,b,…`, or `any`, which excludes the others. */
export function eventTypes(given: Given): TypeRule {
  if (given.value === "any") return "any";
  const types = readTypes(given.value);
  if (types !== undefined && !types.includes("any")) return new Set(types);
  throw refusal(given, `${LIST_OF_TYPES}, or any alone`);
}

/** Reads a list of event types, `a,b,…`. */
export function eventTypeList(given: Given): readonly string[] {
  const types = readTypes(given.value);
  if (types !== undefined) return types;
  throw refusal(given, LIST_OF_TYPES);
}

/** A date and a time with its zone (ISO 8601); by itself, a date is UTC. */
const TIME =
  /^(\d{4}-\d\d-(\d\d))(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

function readTime(value: string): Date | undefined {
  const [, date, day] = TIME.exec(value) ?? [];
  const time = new Date(value);
  // JavaScript takes February 30 for March 2.
  const isRight = date !== undefined && time.getTime() >= 0 &&
    new Date(date).getUTCDate() === Number(day);
  return isRight ? time : undefined;
}

/** Reads where to begin in a stream. */
export function streamStart(given: Given): StreamStart {
  const { value } = given;
  if (value === "first" || value === "next") return value;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  const time = readTime(value);
  if (time !== undefined) return time;
  throw refusal(
    given,
    "first, next, an offset, or a time like 2026-11-24T10:00:00Z",
  );
}

/** Reads where messages have their id. */
export function idPlace(given: Given): IdPlace {
  const place = parseIdPlace(given.value);
  if (place !== undefined) return place;
  throw refusal(
    given,
    "json: with names like id or event.id or a JSON Pointer like /event/id, " +
      "message-id, or header: with a name",
  );
}

/** Reads how routing keys say who did what. */
export function keyPattern(given: Given): KeyPattern {
  const pattern = parseKeyPattern(given.value);
  if (pattern !== undefined) return pattern;
  throw refusal(
    given,
    "words between dots like <user>.event.<type>: <user> and <type> once each, " +
      "* for any word, all others fixed",
  );
}

/** Reads where to listen: a port, which means loopback, or an address. */
export function listenAddress(given: Given): ListenAddress {
  const [, hostname = "", digits = ""] =
    /^(?:(\[[\da-f:.]+\]|[\w.-]*):)?(\d{1,5})$/i.exec(given.value) ?? [];
  const port = digits === "" ? NaN : Number(digits);
  if (port <= 65_535) {
    return { hostname: hostname.replaceAll(/[[\]]/g, "") || "127.0.0.1", port };
  }
  throw refusal(given, "a port like 9090, or an address like 127.0.0.1:9090");
}

/** Reads the URL of an OpenTelemetry collector. */
export function otlpEndpoint(given: Given): URL {
  const url = URL.parse(given.value);
  const isPlain = url !== null && /^https?:$/.test(url.protocol) &&
    url.href === url.origin + url.pathname;
  if (isPlain) return url;
  throw refusal(
    // What is refused may be a password.
    { ...given, value: maskPassword(given.value) },
    "a URL like http://collector:4318, with neither a user nor parameters",
  );
}

/** Reads a moment: a date, which is UTC, or a date and a time with its zone. */
export function time(given: Given): Date {
  const time = readTime(given.value);
  if (time !== undefined) return time;
  throw refusal(given, "a time like 2026-11-24T10:00:00Z, or a date");
}

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};

/** Reads `500MB` or `1GB`, as bytes; `0` stands for "no limit". */
export function size(given: Given): number {
  const [, number, unit] =
    /^(\d{1,12}(?:\.\d{1,3})?)(B|[kK]B|MB|GB|TB)$/.exec(given.value) ?? [];
  const bytes = Math.round(Number(number) * BYTES[unit ?? "B"]!);
  if (given.value === "0") return 0;
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw refusal(given, "a size like 500MB or 1GB, or 0 for no limit");
}

const LIST_OF_TYPES =
  "event types separated by commas, each 1 to 64 letters, digits, _ or -";

function readTypes(value: string): readonly string[] | undefined {
  const types = value.split(",").map((type) => type.trim());
  return types.every((type) => TYPE_NAME.test(type))
    ? [...new Set(types)]
    : undefined;
}

function readDuration(value: string, most = LONGEST_DELAY): number {
  const parts = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(value);
  if (parts === null) return NaN;
  const milliseconds = Math.round(Number(parts[1]) * MILLISECONDS[parts[2]!]!);
  return milliseconds <= most ? milliseconds : NaN;
}

function refusal({ label, name, value }: Given, allowed: string) {
  // Cliffy gives an option's name without its dashes in some places.
  const named = label === "Option" ? `--${name.replace(/^-+/, "")}` : name;
  return new ValidationError(
    `${label} "${named}" must be ${allowed}, but got "${value}".`,
  );
}

/** Reads a value, or refuses it in words that name its option. */
export type OptionType = (given: Given) => unknown;

/** The types of the option tables, by the names that stand in flags. */
export const OPTION_TYPES: Readonly<Record<string, OptionType>> = {
  duration,
  idle: durationOrNever,
  ledger: ledgerPath,
  age,
  fraction,
  prefetch: wholeNumber(1, 65_535),
  "checkpoint-size": wholeNumber(1, 65_535),
  "delivery-limit": wholeNumber(2, 1_000_000),
  partitions: wholeNumber(1, 256),
  "stream-start": streamStart,
  "id-place": idPlace,
  "key-pattern": keyPattern,
  time,
  size,
  count: wholeNumber(1, 1_000_000_000),
  seed: wholeNumber(0, 4_294_967_295),
  listen: listenAddress,
  "otlp-endpoint": otlpEndpoint,
  "event-types": eventTypes,
  "event-type-list": eventTypeList,
  ...Object.fromEntries(
    Object.entries(OPTION_WORDS).map(([name, words]) => [name, oneOf(words)]),
  ),
};
