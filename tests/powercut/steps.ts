import { relative } from "../support/paths.ts";

/** One thing that a program did to its disk, or told the broker. */
export type Step = Done & {
  /** Where the system call began and ended, as lines of the log. */
  readonly from: number;
  readonly until: number;
};

/** What was done; paths are relative to the disk. */
type Done =
  | To<"create" | "make folder" | "remove" | "sync">
  | To<"rename", { to: string }>
  // Without a place it is at the end of the file.
  | To<"write", { at?: number; bytes: Uint8Array<ArrayBuffer> }>
  | To<"truncate", { size: number }>
  // It has shown when a file was changed, in ms since 1970.
  | To<"look", { modified: number }>
  | { readonly kind: "ack"; readonly upTo: number };

type To<Kind, More = unknown> =
  & { readonly kind: Kind; readonly path: string }
  & Readonly<More>;

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
  if (name === undefined || given === undefined || Number(result) < 0) {
    return [];
  }
  const strings = [...given.matchAll(/"((?:\\x..)*)"/g)].map(([, text]) =>
    text
  );
  const written = () => bytesOf(strings.join("")).subarray(0, Number(result));
  const descriptor = /^\d+<([^>]*)>/.exec(given)?.[1] ?? "";
  if (descriptor.startsWith("TCP")) return acksOf(written());
  const pathOf = (text = "") => within(utf8.decode(bytesOf(text)));
  const path = pathOf(descriptor || strings[0]);
  const last = Number(given.slice(given.lastIndexOf(" ")));
  const create = { kind: "create", path } as const;
  const empty = { kind: "truncate", path, size: 0 } as const;
  switch (name.replace(/at2?$/, "")) {
    case "open":
      return [
        ...given.includes("O_CREAT") ? [create] : [],
        ...given.includes("O_TRUNC") ? [empty] : [],
      ];
    case "write":
    case "writev":
      return [{ kind: "write", path, bytes: written() }];
    case "pwrite64":
      return [{ kind: "write", path, at: last, bytes: written() }];
    case "ftruncate":
      return [{ kind: "truncate", path, size: last }];
    case "fsync":
    case "fdatasync":
      return [{ kind: "sync", path }];
    case "rename":
      return [{ kind: "rename", path, to: pathOf(strings[1]) }];
    case "unlink":
      return [{ kind: "remove", path }];
    case "mkdir":
      return [{ kind: "make folder", path }];
    case "statx":
      return [{ kind: "look", path, modified: modifiedIn(given) }];
    default:
      throw new Error(`The model of the disk does not know ${name}`);
  }
}

function modifiedIn(given: string): number {
  const [, seconds, nanoseconds] = /stx_mtime=\{tv_sec=(\d+), tv_nsec=(\d+)/
    .exec(given)!;
  return Number(seconds) * 1e3 + Math.floor(Number(nanoseconds) / 1e6);
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
