import { assertEquals } from "@std/assert";
import type { Kind } from "../../tools/compile/executable.ts";
import { runCommand } from "../../tools/compile/run_command.ts";
import { hostTarget, TARGETS } from "../../tools/compile/targets.ts";
import { packageDeb } from "../../tools/package_deb.ts";
import { VERSION } from "../../src/cli/version.ts";
import { BUILDABLE, ROOT } from "../compiled/executables.ts";
import { provide } from "../support/provide.ts";

/** A folder for packages, gone when the test process ends. */
export const FOLDER = Deno.makeTempDirSync({ prefix: "eventcounter-deb-" });
Deno.chmodSync(FOLDER, 0o755);
globalThis.addEventListener(
  "unload",
  () => Deno.removeSync(FOLDER, { recursive: true }),
);

/** A package that the tests built. */
export interface Package {
  readonly kind: Kind;
  /** As Debian names it. */
  readonly architecture: string;
  readonly path: string;
  /** What is in it, unpacked; `DEBIAN` has its control files. */
  readonly tree: string;
}

/** The architecture of this machine, as Debian names it. */
export const HERE = hostTarget().arch === "x86_64" ? "amd64" : "arm64";

/**
 * The Deno in packages for another architecture: not every registry has the
 * newest one for each.
 */
const FOREIGN_RUNTIME = "2.9.5";

const built = new Map<string, Promise<Package>>();

/**
 * Builds a package, once per test process.
 *
 * @param architecture Default: this machine's.
 */
export function packageOf(
  kind: Kind,
  architecture: string = HERE,
): Promise<Package> {
  const key = `${kind} ${architecture}`;
  const building = built.get(key) ?? build(kind, architecture, key);
  built.set(key, building);
  return building;
}

/** Builds a package into a new folder of {@linkcode FOLDER}. */
export async function build(
  kind: Kind,
  architecture: string,
  name: string,
): Promise<Package> {
  await provide("dpkg-deb", "dpkg");
  const folder = `${FOLDER}/${name}`;
  const arch = architecture === "amd64" ? "x86_64" : "aarch64";
  const target = TARGETS.find((each) =>
    each.os === "linux" && each.arch === arch
  );
  const isJsr = import.meta.resolve("@cliffy/command").startsWith("jsr:");
  const code = await packageDeb([
    ...["--target", target!.name, "--kind", kind, "--out", folder],
    // The quicker one: what is in the package is the same.
    ...["--compression", "gzip"],
    ...(architecture === HERE ? [] : ["--runtime-version", FOREIGN_RUNTIME]),
    ...["--config", `${ROOT}${isJsr ? "" : "tools/npm_only/"}deno.json`],
  ]);
  assertEquals(code, 0);
  const path = `${folder}/eventcounter_${VERSION}_${architecture}.deb`;
  const tree = `${folder}/tree`;
  await output("dpkg-deb", "--raw-extract", path, tree);
  return { kind, architecture, path, tree };
}

/** Registers a test for each kind of package that can be built here. */
export function test(
  name: string,
  run: (built: Package, context: Deno.TestContext) => Promise<void>,
): void {
  for (const kind of BUILDABLE) {
    Deno.test(`${kind} package: ${name}`, async (context) => {
      await run(await packageOf(kind), context);
    });
  }
}

/** What a command that must end well printed on standard output. */
export async function output(...command: string[]): Promise<string> {
  const { code, stdout, stderr } = await ran(command);
  assertEquals(code, 0, `${command.join(" ")}: ${stderr}`);
  return stdout;
}

/** All that a command printed, well ended or not. */
export async function complaints(...command: string[]): Promise<string> {
  const { stdout, stderr } = await ran(command);
  return stdout + stderr;
}

async function ran([program, ...args]: string[]) {
  return await runCommand(program!, args);
}
