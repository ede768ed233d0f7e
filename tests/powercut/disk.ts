import { basename, dirname } from "../support/paths.ts";
import type { Step } from "./steps.ts";

/** A file on a disk. */
export interface FileContent {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** When it was changed, as far as anybody has looked, in ms since 1970. */
  readonly modified: number | undefined;
}

/** What is on a disk, by path; folders come before what is in them. */
export type DiskContent = ReadonlyMap<string, FileContent | "folder">;

/** Drives write so many bytes wholly or not at all. */
const SECTOR = 512;

/**
 * A disk as a program sees it, and what a power cut may leave of it.
 *
 * It assumes no more than POSIX promises: a change of a file is safe when a
 * sync of the file that began later has ended, a name when one of its folder
 * has. All else is there or not, each file and each name by itself. Of what a
 * file lacks a sync for, any beginning may be there, with the next write torn
 * between two sectors; or all but one of the writes; or the length alone.
 */
export class Disk {
  readonly #root = new Folder();

  /** @param content What is on it, and safe. Paths are relative to it. */
  constructor(content: DiskContent = new Map()) {
    for (const [path, file] of content) {
      const node = file === "folder" ? new Folder() : new File(file);
      this.#folderOf(path).safe.set(basename(path), node);
    }
  }

  /** Does what the program did. */
  apply(step: Step): void {
    if (step.kind === "ack") return;
    const node = this.#find(step.path);
    const name = (...names: [string, Node | undefined][]) => {
      const change = names.map(([path, node]) =>
        [basename(path), node] as const
      );
      this.#folderOf(step.path).unsafe.push({ until: step.until, change });
    };
    switch (step.kind) {
      case "make folder":
        return name([step.path, new Folder()]);
      case "create":
        return node === undefined ? name([step.path, new File()]) : undefined;
      case "remove":
        return name([step.path, undefined]);
      case "rename":
        return name([step.path, undefined], [step.to, node]);
      case "sync":
        return node?.sync(step.from);
      default:
        if (node instanceof File) node.apply(step);
    }
  }

  /** In how many ways each thing that is not safe can come out. */
  get odds(): readonly number[] {
    return this.#nodes().flatMap((node) => node.odds);
  }

  /**
   * The disk that a power cut leaves.
   *
   * @param choices A way for each of the odds, from 0: nothing of it is there,
   * to the last: all of it is.
   */
  after(choices: readonly number[]): DiskContent {
    const left = [...choices];
    const states = new Map(
      this.#nodes().map((node) =>
        [node, node.state(left.splice(0, node.odds.length))] as const
      ),
    );
    const content = new Map<string, FileContent | "folder">();
    const visit = (folder: Folder, before: string) => {
      for (const [name, node] of states.get(folder) as Names) {
        if (node === undefined) continue;
        const isFolder = node instanceof Folder;
        const state = isFolder ? "folder" : states.get(node) as FileContent;
        content.set(before + name, state);
        if (isFolder) visit(node, `${before}${name}/`);
      }
    };
    visit(this.#root, "");
    return content;
  }

  /** The disk as the program sees it. */
  get whole(): DiskContent {
    return this.after(this.odds.map((ways) => ways - 1));
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path.split("/")) {
      if (name === ".") continue;
      node = node instanceof Folder ? node.names.get(name) : undefined;
    }
    return node;
  }

  #folderOf(path: string): Folder {
    return this.#find(dirname(path)) as Folder;
  }

  /** Everything that may be on the disk. */
  #nodes(): readonly Node[] {
    const nodes = new Set<Node>([this.#root]);
    for (const node of nodes) {
      if (node instanceof Folder) {
        node.mayHold.forEach((held) => nodes.add(held));
      }
    }
    return [...nodes];
  }
}

type Node = Folder | File;
type Names = ReadonlyMap<string, Node | undefined>;

/** Changes that no sync has made safe, each until a line of the log. */
type Unsafe<T> = { readonly until: number; readonly change: T }[];

/** Takes out what a sync makes safe that has begun at a line of the log. */
function takeSafe<T>(unsafe: Unsafe<T>, began: number): T[] {
  const first = unsafe.findIndex(({ until }) => until > began);
  return unsafe.splice(0, first < 0 ? unsafe.length : first)
    .map(({ change }) => change);
}

class Folder {
  safe = new Map<string, Node | undefined>();
  readonly unsafe: Unsafe<readonly (readonly [string, Node | undefined])[]> =
    [];

  /** As the program sees them. */
  get names(): Names {
    return this.state(this.unsafe.map(() => 1));
  }

  get mayHold(): Node[] {
    const names = this.unsafe.flatMap(({ change }) => change);
    return [...this.safe, ...names].flatMap(([, node]) => node ?? []);
  }

  get odds(): number[] {
    return this.unsafe.map(() => 2);
  }

  state(choices: readonly number[]): Names {
    const chosen = this.unsafe.filter((_, i) => choices[i] === 1);
    return new Map([...this.safe, ...chosen.flatMap(({ change }) => change)]);
  }

  sync(began: number): void {
    this.safe = new Map([...this.safe, ...takeSafe(this.unsafe, began).flat()]);
  }
}

/** Bytes in a place, or another length. */
type Change =
  | { readonly at: number; readonly bytes: Uint8Array }
  | { readonly size: number };

class File {
  #safe: Uint8Array<ArrayBuffer>;
  #modified: number | undefined;
  #size: number;
  readonly #unsafe: Unsafe<Change> = [];

  constructor(
    { bytes, modified }: FileContent = {
      bytes: new Uint8Array(),
      modified: undefined,
    },
  ) {
    this.#safe = bytes;
    this.#modified = modified;
    this.#size = bytes.length;
  }

  apply(step: Extract<Step, { kind: "write" | "truncate" | "look" }>): void {
    if (step.kind === "look") {
      this.#modified = step.modified;
      return;
    }
    const change = step.kind === "truncate"
      ? { size: step.size }
      : { at: step.at ?? this.#size, bytes: step.bytes };
    this.#unsafe.push({ until: step.until, change });
    this.#size = sizeAfter(this.#size, change);
  }

  get odds(): number[] {
    return this.#unsafe.length === 0 ? [] : [this.#ways().length];
  }

  state([choice]: readonly number[]): FileContent {
    const changes = choice === undefined ? [] : this.#ways()[choice]!;
    return { bytes: changed(this.#safe, changes), modified: this.#modified };
  }

  sync(began: number): void {
    this.#safe = changed(this.#safe, takeSafe(this.#unsafe, began));
  }

  /** What may be there of the changes: at first nothing, at last everything. */
  #ways(): readonly (readonly Change[])[] {
    const all = this.#unsafe.map(({ change }) => change);
    return [
      ...all.map((_, i) => all.slice(0, i)),
      ...all.flatMap((change, i) =>
        tornParts(change).map((part) => [...all.slice(0, i), part])
      ),
      ...all.slice(1).map((_, i) => all.toSpliced(i, 1)),
      [{ size: all.reduce(sizeAfter, this.#safe.length) }],
      all,
    ];
  }
}

function sizeAfter(size: number, change: Change): number {
  if ("size" in change) return change.size;
  return Math.max(size, change.at + change.bytes.length);
}

/** What may be there of a write: it ends or begins between two sectors. */
function tornParts(change: Change): Change[] {
  if ("size" in change) return [];
  const { at, bytes } = change;
  const parts: Change[] = [];
  let cut = SECTOR - at % SECTOR;
  for (; cut < bytes.length; cut += SECTOR) {
    parts.push(
      { at, bytes: bytes.subarray(0, cut) },
      { at: at + cut, bytes: bytes.subarray(cut) },
    );
  }
  return parts;
}

function changed(
  before: Uint8Array<ArrayBuffer>,
  changes: readonly Change[],
): Uint8Array<ArrayBuffer> {
  if (changes.length === 0) return before;
  let size = before.length;
  const room = changes.reduce(
    (most, change) => Math.max(most, sizeAfter(size, change)),
    size,
  );
  const bytes = new Uint8Array(room);
  bytes.set(before);
  for (const change of changes) {
    if ("size" in change) bytes.fill(0, change.size);
    else bytes.set(change.bytes, change.at);
    size = sizeAfter(size, change);
  }
  return bytes.slice(0, size);
}
