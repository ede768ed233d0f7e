import { EventCounterError, EXIT } from "../model/errors.ts";
import { fingerprintOf } from "../model/fingerprint.ts";
import { readMessageLine } from "../model/ndjson_line.ts";
import type { Rejection } from "../model/rejection.ts";
import { outputFailure } from "./replace_file.ts";

/**
 * Reads the rejections that an earlier run has left in `rejected.ndjson`, for
 * a ledger that does not keep them itself.
 *
 * @returns Them in order; none if there is no such file.
 * @throws {EventCounterError} 65 if a line of it is no rejection: writing the
 * file anew would lose that line.
 */
export async function readRejectedFile(path: string): Promise<Rejection[]> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw outputFailure(error, path);
  }
  const rejections: Rejection[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const message = readMessageLine(bytes.subarray(start, end));
    if (message?.reason === undefined || message.at === undefined) {
      throw new EventCounterError(
        EXIT.badInput,
        `Cannot add to "${path}": line ${
          rejections.length + 1
        } is no rejection; move the file away or repair it`,
      );
    }
    const { routingKey, body, reason, at } = message;
    const fingerprint = fingerprintOf(routingKey, body);
    rejections.push({ routingKey, body, reason, at, fingerprint });
    start = end + 1;
  }
  return rejections;
}
