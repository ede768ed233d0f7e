import { fingerprintOf } from "../../model/fingerprint.ts";
import type { Position } from "../../model/position.ts";
import type { AskedOffset, StreamAnswer } from "./ask_stream.ts";

/**
 * Finds out whether a stream can be read on from where it was counted up to.
 * The broker does not tell: what retention has taken is left out silently, and
 * a stream that was made anew is silent until it is longer than the old one.
 *
 * @param ask Asks the stream, with patience.
 * @returns What is wrong, as a part of a sentence; nothing if it can.
 * @throws If the broker gives no answer that makes sense.
 */
export async function findGap(
  ask: (from: AskedOffset) => Promise<StreamAnswer | undefined>,
  { offset, fingerprint }: Position,
): Promise<string | undefined> {
  const answer = await ask(offset);
  if (answer === undefined) {
    const end = await ask("last");
    if (end === undefined) {
      return "is empty now, made anew or by retention";
    }
    if (end.last >= offset) throw new Error("the stream gives no answer");
    return `ends at offset ${end.last} now, so it was made anew`;
  }
  const { message, first } = answer;
  if (first > offset + 1) {
    return `offsets ${offset + 1} to ${
      first - 1
    } are gone from it by retention`;
  }
  const { fields, content } = message;
  const found = fingerprintOf(fields.routingKey, content);
  const isSame = found.every((byte, index) => byte === fingerprint[index]);
  return first > offset || isSame
    ? undefined
    : "has another message there now, so it was made anew";
}
