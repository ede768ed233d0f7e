/**
 * What an ELF executable needs of the system it runs on, read from its dynamic
 * section and its version needs (System V gABI, chapter 5; Linux Standard Base
 * Core 5.0, 10.7.5).
 *
 * @module
 */

/** The shared libraries of an executable. */
export interface ElfNeeds {
  /** Their names, for example `libc.so.6`. */
  readonly libraries: readonly string[];
  /** The versions of their symbols, for example `GLIBC_2.27`. */
  readonly versions: readonly string[];
}

/** Types of sections, and the tag of a needed library. */
const SHT_DYNAMIC = 6, SHT_GNU_VERNEED = 0x6ffffffe, DT_NEEDED = 1n;

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  /** The index of the section with its names. */
  readonly link: number;
  /** For version needs: how many files they are of. */
  readonly info: number;
}

/**
 * Reads what an executable needs.
 *
 * @param bytes The whole file: ELF, 64 bits, lowest byte first.
 * @returns `undefined` if it is no such file.
 */
export function elfNeeds(
  bytes: Uint8Array<ArrayBuffer>,
): ElfNeeds | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || view.getUint32(0) !== 0x7f454c46) return undefined;
  if (bytes[4] !== 2 || bytes[5] !== 1) return undefined;
  const sections = sectionsOf(view);
  const text = (names: Section, offset: number) => {
    const start = names.offset + offset;
    return new TextDecoder().decode(
      bytes.subarray(start, bytes.indexOf(0, start)),
    );
  };
  const libraries: string[] = [];
  const versions = new Set<string>();
  for (const section of sections) {
    const names = sections[section.link];
    if (names === undefined) continue;
    if (section.type === SHT_DYNAMIC) {
      for (const offset of neededNames(view, section)) {
        libraries.push(text(names, offset));
      }
    } else if (section.type === SHT_GNU_VERNEED) {
      for (const offset of versionNames(view, section)) {
        versions.add(text(names, offset));
      }
    }
  }
  return { libraries, versions: [...versions] };
}

function sectionsOf(view: DataView): Section[] {
  const start = Number(view.getBigUint64(40, true));
  const size = view.getUint16(58, true);
  return Array.from({ length: view.getUint16(60, true) }, (_, index) => {
    const at = start + index * size;
    return {
      type: view.getUint32(at + 4, true),
      offset: Number(view.getBigUint64(at + 24, true)),
      size: Number(view.getBigUint64(at + 32, true)),
      link: view.getUint32(at + 40, true),
      info: view.getUint32(at + 44, true),
    };
  });
}

function neededNames(view: DataView, { offset, size }: Section): number[] {
  const found: number[] = [];
  for (let at = offset; at < offset + size; at += 16) {
    if (view.getBigUint64(at, true) !== DT_NEEDED) continue;
    found.push(Number(view.getBigUint64(at + 8, true)));
  }
  return found;
}

/** Each file's entry links to its versions, and to the next file's. */
function versionNames(view: DataView, { offset, info }: Section): number[] {
  const found: number[] = [];
  let file = offset;
  for (let files = info; files > 0; files--) {
    let version = file + view.getUint32(file + 8, true);
    for (let count = view.getUint16(file + 2, true); count > 0; count--) {
      found.push(view.getUint32(version + 8, true));
      version += view.getUint32(version + 12, true);
    }
    file += view.getUint32(file + 12, true);
  }
  return found;
}
