import { run } from "../../src/cli/run.ts";
import { fingerprintOf, keyOf } from "../../src/model/fingerprint.ts";
import type { Position } from "../../src/model/position.ts";
import { Place } from "../support/broker_place.ts";
import type { Message } from "../support/messages.ts";
import { runProgram } from "../support/program.ts";
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
 * @param acked How many messages had been acked.
 * @param folder A new one, for the disk; it is gone afterwards.
 * @returns What is wrong, one line each.
 */
export async function recover(
  recording: Recording,
  disk: DiskContent,
  acked: number,
  folder: string,
): Promise<readonly string[]> {
  const said: string[] = [];
  const { log, error } = console;
  console.log = () => {};
  console.error = (line) => said.push(line);
  await Deno.mkdir(folder);
  try {
    await writeDisk(folder, disk);
    const source = new BrokerAfterwards(recording, acked);
    const args = ["--out", `${folder}/out`, ...settingsFor(recording)];
    const code = await run(
      args,
      () => {},
      ({ ledger }) => ({ ledger, source }),
    );
    return await complaints(recording, disk, folder, code, said);
  } finally {
    Object.assign(console, { log, error });
    await Deno.remove(folder, { recursive: true });
  }
}

/** The same with a process of its own, on a real broker; not for streams. */
export async function recoverByProcess(
  recording: Recording,
  disk: DiskContent,
  acked: number,
): Promise<readonly string[]> {
  await using place = await Place.make();
  await writeDisk(place.folder, disk);
  const messages = recording.messages.slice(acked);
  await place.publish(messages);
  await deliver(place, Math.min(messages.length, PREFETCH));
  const args = [...place.countArguments(), ...settingsFor(recording)];
  const { code, stderr } = await runProgram([...args, "--until-empty"]);
  return await complaints(recording, disk, place.folder, code, [stderr]);
}

/** Has messages delivered, and given back. */
async function deliver({ queue, connection }: Place, most: number) {
  const channel = await connection.createChannel();
  for (let number = 0; number < most; number++) await channel.get(queue);
  await channel.close();
}

function settingsFor({ inMemory }: Recording): string[] {
  return [
    ...["--prefetch", `${PREFETCH}`, "--checkpoint-size", `${CHECKPOINT_SIZE}`],
    ...["--log-level", "off", ...inMemory ? ["--ledger", "memory:"] : []],
  ];
}

async function complaints(
  { inMemory, expected }: Recording,
  disk: DiskContent,
  folder: string,
  code: number,
  said: readonly string[],
): Promise<readonly string[]> {
  if (code !== 0) return [`the program ended with ${code}`, ...said];
  const out = `${folder}/out`;
  const ledger = inMemory ? undefined : `${out}/eventcounter.db`;
  const { differences } = await compareWithStream(out, ledger, expected)
    .catch((error) => ({ differences: [String(error)] }));
  return [...torn(disk), ...differences];
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
