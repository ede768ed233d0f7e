/** A message of a known stream. */
export interface StreamMessage {
  readonly routingKey: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A known stream, and what a correct count of it gives. */
export interface EventStream {
  readonly messages: readonly StreamMessage[];
  /** `<type>.json` by file name. */
  readonly files: ReadonlyMap<string, string>;
  readonly unique: number;
  readonly duplicates: number;
  /** Routing key and body of each message that must be rejected, sorted. */
  readonly rejected: readonly string[];
}

/** How a stream is made. */
export interface StreamOptions {
  readonly seed: number;
  readonly size: number;
  /** Default 50. */
  readonly users?: number | undefined;
  /** Parts of the whole, 0 to 1. Default 0.2. */
  readonly duplicates?: number | undefined;
  /** Default 0.02. */
  readonly invalid?: number | undefined;
  /** Whether no two invalid ones are equal. Default: most are. */
  readonly distinct?: boolean | undefined;
}

const TYPES = ["created", "updated", "deleted"];
const encoder = new TextEncoder();

/**
 * Makes a stream with its expected result. It shares no code with the
 * program's own generator nor with anything that counts: it is an oracle.
 */
export function makeStream(options: StreamOptions): EventStream {
  const { users = 50, duplicates = 0.2, invalid = 0.02 } = options;
  const random = mulberry32(options.seed);
  const pick = (below: number) => Math.floor(random() * below);
  const messages: StreamMessage[] = [];
  const events: StreamMessage[] = [];
  const totals: Record<string, Map<string, number>> = {};
  const rejected: string[] = [];
  let repeated = 0;
  for (let i = 0; i < options.size; i++) {
    const dice = random();
    if (dice < duplicates && events.length > 0) {
      messages.push(events[pick(events.length)]!);
      repeated++;
    } else if (dice > 1 - invalid) {
      // Many equal ones, as a broken publisher sends them.
      const routingKey = `user${pick(2)}.event.created`;
      const number = options.distinct ? i : pick(6);
      const body = `{"no":"id","number":${number}`;
      messages.push({ routingKey, body: encoder.encode(body) });
      rejected.push(`${routingKey} ${body}`);
    } else {
      const user = `user${pick(users)}`;
      const type = TYPES[pick(TYPES.length)]!;
      const id = pick(4) === 0 ? `text-${i}` : uuid(random);
      const message = {
        routingKey: `${user}.event.${type}`,
        body: encoder.encode(JSON.stringify({ id })),
      };
      messages.push(message);
      events.push(message);
      const counts = totals[type] ??= new Map();
      counts.set(user, (counts.get(user) ?? 0) + 1);
    }
  }
  const files = new Map(
    Object.entries(totals).map(([type, users]) => [
      `${type}.json`,
      JSON.stringify(Object.fromEntries([...users].sort()), null, 2) + "\n",
    ]),
  );
  return {
    messages,
    files,
    unique: events.length,
    duplicates: repeated,
    rejected: rejected.sort(),
  };
}

function uuid(random: () => number): string {
  const hex = Array.from(
    { length: 32 },
    () => Math.floor(random() * 16).toString(16),
  ).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A small seeded generator of numbers from 0 to below 1. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 4_294_967_296;
  };
}
