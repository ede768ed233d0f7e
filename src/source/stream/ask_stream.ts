import type { ChannelModel, ConsumeMessage } from "amqplib";
import type { Clock } from "../../model/clock.ts";
import { dropChannel } from "../../topology/connection.ts";

/** More than a block of messages has: all of the last one is wanted. */
const WHOLE_BLOCK = 10_000;

/** What a broker delivers first from somewhere in a stream. */
export interface StreamAnswer {
  /** The first message. */
  readonly message: ConsumeMessage;
  /** Its offset. */
  readonly first: number;
  /** The last offset that came with it: of `last`, the end of the stream. */
  readonly last: number;
}

/** Where to ask, as the argument `x-stream-offset` has it. */
export type AskedOffset =
  | "last"
  | number
  | { readonly "!": "timestamp"; readonly value: number };

/**
 * Asks a stream what is to be read from somewhere on, by a consumer that lives
 * for a moment; there is no other question. `last` means the last block, which
 * the broker sends as a whole. An offset that is gone stands for the first one
 * that is there; one that is not there yet gives no answer.
 *
 * @param patience How long no message means that there is none, in ms.
 * @returns Nothing if there is nothing.
 * @throws amqplib's error; what ended the channel.
 */
export async function askStream(
  connection: ChannelModel,
  queue: string,
  from: AskedOffset,
  { clock, patience }: { clock: Clock; patience: number },
): Promise<StreamAnswer | undefined> {
  const channel = await connection.createChannel();
  const answered = Promise.withResolvers<void>();
  // It is told by what is waited for as well.
  answered.promise.catch(() => {});
  channel.on("error", answered.reject);
  channel.on(
    "close",
    () => answered.reject(new Error("the channel was closed")),
  );
  let message: ConsumeMessage | undefined;
  let last = 0;
  let cancel = () => {};
  try {
    await channel.prefetch(from === "last" ? WHOLE_BLOCK : 1);
    await channel.consume(queue, (delivered) => {
      if (delivered === null) {
        return answered.reject(new Error("the broker cancelled the consumer"));
      }
      message ??= delivered;
      last = offsetOf(delivered);
      answered.resolve();
    }, { arguments: { "x-stream-offset": from } });
    // However long the broker took until now, it was not about the messages.
    cancel = clock.after(patience, answered.resolve);
    await answered.promise;
    if (message === undefined) return undefined;
    // The answer comes behind the rest of the block.
    await channel.checkQueue(queue);
    return { message, first: offsetOf(message), last };
  } finally {
    cancel();
    dropChannel(channel);
  }
}

/** Where a message stands in its stream. */
export function offsetOf({ properties }: ConsumeMessage): number {
  const offset: unknown = properties.headers?.["x-stream-offset"];
  if (typeof offset === "number") return offset;
  throw new Error("a message of a stream came without its offset");
}
