import { ValidationError } from "@cliffy/command";
import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";
import type { AmqpAddress } from "../topology/amqp_address.ts";
import type { TlsOptions } from "../topology/connection.ts";

/** The options that name certificate files. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * Reads the certificates for a connection.
 *
 * @returns Them, or nothing if none is named.
 * @throws {ValidationError} If they would have no effect, or one of a pair is
 * missing.
 * @throws {EventCounterError} 2 if a file cannot be read.
 */
export async function readTlsFiles(
  { ca, cert, key }: TlsFiles,
  address: AmqpAddress,
): Promise<TlsOptions | undefined> {
  const files = Object.entries({ ca, cert, key })
    .filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (files.length === 0) return undefined;
  if (address.protocol !== "amqps") {
    const [[option, path]] = files as [[string, string]];
    throw new ValidationError(
      `Option "--${option}" must come with an amqps:// URL, but got "${path}" with "${address.masked}".`,
    );
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new ValidationError(
      `Options "--cert" and "--key" must come together, but got only "${
        cert ?? key
      }".`,
    );
  }
  return Object.fromEntries(
    await Promise.all(
      files.map(async ([option, path]) => [option, await read(option, path)]),
    ),
  );
}

async function read(option: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new EventCounterError(
      EXIT.usage,
      `Cannot read "${path}": ${messageOf(error)}; check --${option}`,
      { cause: error },
    );
  }
}
