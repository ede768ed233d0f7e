import { EventCounterError, EXIT } from "../model/errors.ts";
import { maskPassword } from "../model/mask_password.ts";
import { isTooLong, LONGEST_NAME } from "../model/name.ts";

/** Where a broker is and how to log in, everything decoded. */
export interface AmqpAddress {
  /** `amqps` is AMQP over TLS. */
  readonly protocol: "amqp" | "amqps";
  /** A name or an address; an IPv6 address without its brackets. */
  readonly hostname: string;
  /** The TCP port. Default 5672, for `amqps` 5671. */
  readonly port: number;
  /** Default `guest`. */
  readonly username: string;
  /** Default `guest`. */
  readonly password: string;
  /** The virtual host. Default `/`. */
  readonly vhost: string;
  /** Seconds; either side gives up on the other after some three of them. */
  readonly heartbeat: number;
  /** For messages: the URL with its password replaced by `***`. */
  readonly masked: string;
}

/** What messages give as an example; there is nothing in it to mask. */
export const EXAMPLE_URL = "amqp://user:password@host:5672/vhost";

/**
 * Seconds between heartbeats unless the URL says `?heartbeat=`. A connection
 * that died without a word is noticed within half a minute.
 */
const DEFAULT_HEARTBEAT = 10;

/**
 * Reads an AMQP URL (https://www.rabbitmq.com/docs/uri-spec). User, password
 * and virtual host are percent-decoded. No path means the virtual host `/`;
 * so does a lone slash, which the specification reads as the virtual host
 * with the empty name, but no common client can reach and nobody means.
 *
 * @throws {EventCounterError} 2 if it is no such URL.
 */
export function parseAmqpAddress(url: string): AmqpAddress {
  const refuse = (what: string, shown = maskPassword(url)) =>
    new EventCounterError(
      EXIT.usage,
      `Cannot use the AMQP URL "${shown}": ${what}, ` +
        `give one like ${EXAMPLE_URL}`,
    );
  // Then what a parser takes for the host is a part of the password, say.
  if (/\/\/[^/?#]*[/?#][^]*@/.test(url)) {
    throw refuse(
      "each of / @ : # ? in user, password or virtual host must be " +
        "percent-encoded (%2F %40 %3A %23 %3F)",
      url.replace(/\/\/[^]*@/, "//***@"),
    );
  }
  if (!URL.canParse(url)) throw refuse("it is no URL");
  const parsed = new URL(url);
  const protocol = parsed.protocol.slice(0, -1);
  if (protocol !== "amqp" && protocol !== "amqps") {
    throw refuse(`its scheme is "${protocol}" and must be "amqp" or "amqps"`);
  }
  if (parsed.hostname === "") throw refuse("it names no host");
  const heartbeat = parsed.searchParams.get("heartbeat");
  if (heartbeat !== null && !/^\d{1,5}$/.test(heartbeat)) {
    throw refuse(`its heartbeat is "${heartbeat}" and must be whole seconds`);
  }
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw refuse("a percent sign in it is not followed by two digits");
    }
  };
  const vhost = decode(parsed.pathname.slice(1)) || "/";
  if (isTooLong(vhost)) {
    throw refuse(`its virtual host has more than ${LONGEST_NAME} bytes`);
  }
  const anonymous = parsed.username === "" && parsed.password === "";
  return {
    protocol,
    hostname: parsed.hostname.replace(/^\[|\]$/g, ""),
    port: Number(parsed.port) || (protocol === "amqps" ? 5671 : 5672),
    username: anonymous ? "guest" : decode(parsed.username),
    password: anonymous ? "guest" : decode(parsed.password),
    vhost,
    heartbeat: heartbeat === null ? DEFAULT_HEARTBEAT : Number(heartbeat),
    masked: maskPassword(url),
  };
}
