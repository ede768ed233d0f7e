/** How far a stream has been counted: its last message that was. */
export interface Position {
  /** Where that message stands in the stream. */
  readonly offset: number;
  /**
   * 16 bytes for its routing key and body: another stream of that name has
   * another message there.
   */
  readonly fingerprint: Uint8Array;
}
