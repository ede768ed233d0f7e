import { relative } from "../support/paths.ts";

/** One thing that a program did to its disk, or told the broker. */
export type Step = Done & {
  /** Where the system call began and ended, as lines of the log. */
  readonly from: number;
  readonly until: number;
};

/** What was done; paths are relative to the disk. */
type Done =
  | { readonly kind: "create"; readonly path: string }
  | { readonly kind: "make folder"; readonly path: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "rename"; readonly path: string; readonly to: string }
  | Written
  | { readonly kind: "truncate"; readonly path: string; readonly size: number }
  | { readonly kind: "sync"; readonly path: string }
  | Look
  | { readonly kind: "ack"; readonly upTo: number };

interface Written {
  readonly kind: "write";
  readonly path: string;
  /** Default: the end of the file. */
  readonly at?: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A look at a file has shown when it was changed, in ms since 1970. */
interface Look {
  readonly kind: "look";
  readonly path: string;
  readonly modified: number;
}

/** Calls that change a disk or send something; those of other systems too. */
const CALLS =
  "?open openat ?creat write pwrite64 writev pwritev pwritev2 ftruncate truncate fallocate fsync fdatasync " +
  "?rename renameat renameat2 ?link linkat ?symlink symlinkat ?unlink unlinkat ?mkdir mkdirat ?rmdir " +
  "copy_file_range sendfile sendto sendmsg statx";

/**
 * The command that records a program, whose own command follows.
 *
 * Its threads are followed (`-f`), descriptors are told with their paths and
 * addresses (`-yy`), and every string is told whole and in hexadecimal.
 */
export function recordingBy(log: string): string[] {
  return [
    ...["strace", "-f", "--seccomp-bpf", "-xx", "-yy", "-v", "-s", "16777216"],
    ...["-e", `trace=${CALLS.replaceAll(" ", ",")}`, "-o", log],
  ];
}

/** A call that was cut in two by those of other threads. */
const [UNFINISHED, RESUMED] = [" <unfinished ...>", /^<\.\.\. \w+ resumed>/];

/**
 * Reads the steps in the order in which a power cut could meet them: a sync
 * counts from its end on, everything else from its beginning.
 *
 * @param log What `strace` has written.
 * @param folder Only what is in there is of interest.
 * @param port The broker's.
 */
export function readSteps(log: string, folder: string, port: string): Step[] {
  const inFolder = hex(folder), toBroker = `:${port}]>`;
  const steps: Step[] = [];
  const begun = new Map<string, { text: string; from: number }>();
  log.split("\n").forEach((line, until) => {
    const [, thread, said] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (thread === undefined || said === undefined) return;
    if (said.endsWith(UNFINISHED)) {
      const text = said.slice(0, -UNFINISHED.length);
      begun.set(thread, { text, from: until });
      return;
    }
    const before = RESUMED.test(said) ? begun.get(thread) : undefined;
    const call = (before?.text ?? "") + said.replace(RESUMED, "");
    if (!call.includes(inFolder) && !call.includes(toBroker)) return;
    const from = before?.from ?? until;
    for (const step of stepsOf(call, (path) => relative(folder, path) || ".")) {
      // SQLite makes the index of its log anew after a crash.
      const isIndex = "path" in step && step.path.endsWith("-shm");
      if (!isIndex) steps.push({ ...step, from, until });
    }
  });
  const moment = ({ kind, from, until }: Step) =>
    kind === "sync" ? until : from;
  return steps.sort((a, b) => moment(a) - moment(b));
}

function stepsOf(call: string, within: (path: string) => string): Done[] {
  const [, name, given, result] = /^(\w+)\((.*)\) += (-?\d+)/.exec(call) ?? [];
  if (name === undefined || given === undefined || !(Number(result) >= 0)) {
    return [];
  }
  const strings = [...given.matchAll(/"((?:\\x..)*)"/g)].map((match) =>
    bytesOf(match[1]!)
  );
  const [first = "", second = ""] = strings.map((text) =>
    within(utf8.decode(text))
  );
  const written = concat(strings).subarray(0, Number(result));
  const descriptor = /^\d+<([^>]*)>/.exec(given)?.[1] ?? "";
  const last = Number(given.slice(given.lastIndexOf(" ")));
  if (descriptor.startsWith("TCP")) return acksOf(written);
  const path = within(utf8.decode(bytesOf(descriptor)));
  switch (name) {
    case "open":
    case "openat": {
      const steps: Done[] = [];
      if (given.includes("O_CREAT")) {
        steps.push({ kind: "create", path: first });
      }
      if (given.includes("O_TRUNC")) {
        steps.push({ kind: "truncate", path: first, size: 0 });
      }
      return steps;
    }
    case "write":
    case "writev":
      return [{ kind: "write", path, bytes: written }];
    case "pwrite64":
      return [{ kind: "write", path, at: last, bytes: written }];
    case "ftruncate":
      return [{ kind: "truncate", path, size: last }];
    case "fsync":
    case "fdatasync":
      return [{ kind: "sync", path }];
    case "rename":
    case "renameat":
    case "renameat2":
      return [{ kind: "rename", path: first, to: second }];
    case "unlink":
    case "unlinkat":
      return [{ kind: "remove", path: first }];
    case "mkdir":
    case "mkdirat":
      return [{ kind: "make folder", path: first }];
    case "statx":
      return looksOf(descriptor === "" ? first : path, given);
    default:
      throw new Error(`The model of the disk does not know ${name}`);
  }
}

function looksOf(path: string, given: string): Done[] {
  const [, seconds, nanoseconds] = /stx_mtime=\{tv_sec=(\d+), tv_nsec=(\d+)/
    .exec(given)!;
  const modified = Number(seconds) * 1e3 +
    Math.floor(Number(nanoseconds) / 1e6);
  return [{ kind: "look", path, modified }];
}

/** AMQP 0-9-1: `basic.ack`, and the protocol header. */
const [ACK, GREETING] = [0x003c_0050, "AMQP"];

/** The acks among the frames of one piece; amqplib sends whole frames. */
function acksOf(sent: Uint8Array<ArrayBuffer>): Done[] {
  const view = new DataView(sent.buffer, sent.byteOffset, sent.length);
  const acks: Done[] = [];
  let at = utf8.decode(sent.subarray(0, 4)) === GREETING ? 8 : 0;
  while (at < sent.length) {
    const size = view.getUint32(at + 3);
    if (view.getUint8(at + 7 + size) !== 0xce) throw new Error("No frame ends");
    const isAck = view.getUint8(at) === 1 && view.getUint32(at + 7) === ACK;
    if (isAck) {
      acks.push({ kind: "ack", upTo: Number(view.getBigUint64(at + 11)) });
    }
    at += size + 8;
  }
  return acks;
}

const utf8 = new TextDecoder();

function hex(text: string): string {
  return Array.from(
    new TextEncoder().encode(text),
    (byte) => `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
}

/** The bytes of a string such as `\x2f\x74`. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(text.replaceAll("\\x", ""));
}

function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(
    pieces.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
