const encoder = new TextEncoder();
const TYPES = ["created", "updated", "deleted"];

/** A message to measure with. */
export interface Message {
  readonly routingKey: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Messages of 1,000 users and three types, each with a UUID of its own. */
export function benchMessages(size: number): Message[] {
  return Array.from({ length: size }, (_, i) => {
    const user = Math.floor(Math.random() * 1_000);
    return {
      routingKey: `user_${user}.event.${TYPES[i % TYPES.length]}`,
      body: encoder.encode(`{"id":"${crypto.randomUUID()}"}`),
    };
  });
}
