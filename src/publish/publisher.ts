import type { Message } from "./generated_message.ts";

/**
 * Where generated messages go. It has one user, who awaits what it returns
 * before calling it again.
 */
export interface Publisher {
  /**
   * Sends one message.
   *
   * @returns Nothing if the next may follow at once, else a promise to await
   * first: that is how the goal slows down whoever generates.
   * @throws As {@linkcode flush}, with the promise, for an earlier message.
   */
  publish(message: Message): Promise<void> | undefined;

  /**
   * Settles when every message sent has arrived.
   *
   * @throws {EventCounterError} If one has not.
   * @throws {OutputClosed} If nobody reads the output any more.
   */
  flush(): Promise<void>;

  /** Lets go of the goal; never throws. */
  close(): Promise<void>;
}

/**
 * The reader at the other end of a pipe has gone (`… | head`). It has had
 * enough, which is no failure: the program is to end without a word.
 */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}
