import { BuildError } from "../compile/build_error.ts";
import type { ElfNeeds } from "./elf_needs.ts";

/** What the file `control` of a package says. */
export interface Control {
  readonly version: string;
  /** As Debian names it: `amd64`. */
  readonly architecture: string;
  /** A name and an address: `Ann <ann@example.org>`. */
  readonly maintainer: string;
  /** Other packages, each with its version. */
  readonly depends: readonly string[];
  /** What the package takes up on the disk, in bytes. */
  readonly installedSize: number;
}

/** The file `control` (Debian Policy, chapter 5). */
export function controlFile(control: Control): string {
  return `Package: eventcounter
Version: ${control.version}
Section: net
Priority: optional
Architecture: ${control.architecture}
Maintainer: ${control.maintainer}
Installed-Size: ${Math.ceil(control.installedSize / 1024)}
Depends: ${control.depends.join(", ")}
Suggests: rabbitmq-server
Description: count each user event from RabbitMQ exactly once
 eventcounter drains user events from a RabbitMQ queue, counts each unique one
 once per user and type, stops by itself when the queue has been quiet, and
 leaves one JSON file per event type. Crashes, restarts, lost connections,
 repeated messages and bad messages change nothing about the counts.
 .
 A systemd timer counts every hour once it is enabled. The package brings its
 own runtime for JavaScript.
`;
}

/** Debian's packages by the shared library that is in them. */
const PACKAGES: Readonly<Record<string, "libc6" | "libgcc-s1">> = {
  "ld-linux-aarch64.so.1": "libc6",
  "ld-linux-x86-64.so.2": "libc6",
  "libc.so.6": "libc6",
  "libdl.so.2": "libc6",
  "libgcc_s.so.1": "libgcc-s1",
  "libm.so.6": "libc6",
  "libpthread.so.0": "libc6",
  "librt.so.1": "libc6",
};

/**
 * The packages that an executable depends on. The least version of the GNU C
 * library is that of the newest symbols it uses.
 *
 * @throws {BuildError} If it needs a library of no known package.
 */
export function dependencies({ libraries, versions }: ElfNeeds): string[] {
  const packages = libraries.map((library) => {
    const found = PACKAGES[library];
    if (found !== undefined) return found;
    throw new BuildError(
      `Cannot tell which Debian package has the library "${library}" that the ` +
        "runtime needs: add it to tools/package_deb/control.ts",
    );
  });
  const newest = versions.flatMap((version) =>
    /^GLIBC_(\d+\.\d+)/.exec(version)?.[1] ?? []
  ).sort(byNumbers).at(-1);
  return [...new Set(packages)].sort().map((name) =>
    name === "libc6" && newest !== undefined ? `libc6 (>= ${newest})` : name
  );
}

/** 2.9 comes before 2.27. */
function byNumbers(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}
