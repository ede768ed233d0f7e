import { run } from "../../src/cli/run.ts";
import { fingerprintOf, keyOf } from "../../src/model/fingerprint.ts";
import type { Position } from "../../src/model/position.ts";
import type { Message } from "../support/messages.ts";
import { ScriptedSource } from "../support/scripted_source.ts";
import { compareWithStream } from "../fault/comparison.ts";
import type { DiskContent } from "./disk.ts";
import {
  CHECKPOINT_SIZE,
  PREFETCH,
  type Recording,
  writeDisk,
} from "./recording.ts";

/**
 * Starts the program on a disk that a power cut has left, has the broker give
 * back what is not acked, and compares everything with what must be there.
 *
 * @param folder A new one, for the disk; it is gone afterwards.
 * @param acked How many messages had been acked.
 * @returns What is wrong, one line each.
 */
export async function recover(
  recording: Recording,
  disk: DiskContent,
  acked: number,
  folder: string,
): Promise<readonly string[]> {
  const { inMemory, expected } = recording;
  const out = `${folder}/out`;
  await Deno.mkdir(folder);
  try {
    await writeDisk(folder, disk);
    const complaints: string[] = torn(disk);
    const args = ["--out", out, "--log-level", "off", "--prefetch"];
    args.push(`${PREFETCH}`, "--checkpoint-size", `${CHECKPOINT_SIZE}`);
    if (inMemory) args.push("--ledger", "memory:");
    const { log, error } = console;
    console.log = () => {};
    console.error = (line) => complaints.push(line);
    try {
      const source = new BrokerAfterwards(recording, acked);
      const code = await run(
        args,
        () => {},
        ({ ledger }) => ({ ledger, source }),
      );
      if (code !== 0) return [...complaints, `the program ended with ${code}`];
    } finally {
      Object.assign(console, { log, error });
    }
    const ledger = inMemory ? undefined : `${out}/eventcounter.db`;
    const { differences } = await compareWithStream(out, ledger, expected);
    return [...complaints, ...differences];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Files of counts that a reader would find in pieces. */
function torn(disk: DiskContent): string[] {
  return [...disk].flatMap(([path, file]) => {
    if (file === "folder" || !path.endsWith(".json")) return [];
    const text = new TextDecoder().decode(file.bytes);
    return /^\{\n[^\0]*\n\}\n$/.test(text) ? [] : `${path} is no whole file`;
  });
}

/** Gives back what is not acked, or what stands behind a position. */
class BrokerAfterwards extends ScriptedSource {
  readonly #recording: Recording;
  readonly #acked: number;

  constructor(recording: Recording, acked: number) {
    super();
    this.#recording = recording;
    this.#acked = acked;
  }

  override open(
    wake: () => void,
    signal: AbortSignal,
    positions: ReadonlyMap<string, Position> = new Map(),
  ): Promise<void> {
    const [position] = positions.values();
    this.push(
      ...this.#recording.isStream ? this.#behind(position) : this.#unacked(),
    );
    this.end();
    return super.open(wake, signal);
  }

  /** What fits into the window of prefetch has been delivered before. */
  #unacked(): Message[] {
    return this.#recording.messages.slice(this.#acked).map((message, i) => ({
      ...message,
      redelivered: i < PREFETCH,
    }));
  }

  /** @throws If the position is none of the stream's. */
  #behind(position: Position | undefined): Message[] {
    const messages = this.#recording.messages.map((message, offset) => ({
      ...message,
      position: { stream: "stream", offset },
    }));
    if (position === undefined) return messages;
    const { routingKey, body } = messages[position.offset]!;
    const there = keyOf(fingerprintOf(routingKey, body));
    if (there !== keyOf(position.fingerprint)) {
      throw new Error(`offset ${position.offset} has another message`);
    }
    return messages.slice(position.offset + 1);
  }
}
