import { assertEquals } from "@std/assert";
import { VERSION } from "../../src/cli/version.ts";
import type { Kind } from "../../tools/compile/executable.ts";
import { run } from "../../tools/tool.ts";
import { BUILDABLE, ROOT } from "../compiled/executables.ts";
import { CONFIGURATION } from "../support/program.ts";

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
  readonly path: string;
  /** What is in it, unpacked; `DEBIAN` has its control files. */
  readonly tree: string;
}

const built = new Map<string, Promise<Package>>();

/** The package of a kind for this machine, built once per test process. */
export function packageOf(kind: Kind): Promise<Package> {
  const building = built.get(kind) ?? build(kind, kind);
  built.set(kind, building);
  return building;
}

/** Builds a package into a new folder of {@linkcode FOLDER}. */
export async function build(
  kind: Kind,
  name: string,
  ...options: string[]
): Promise<Package> {
  const folder = `${FOLDER}/${name}`;
  const { code, stderr } = await packageDeb([
    ...["--kind", kind, "--out", folder, ...options],
  ]);
  assertEquals(code, 0, stderr);
  const [path] = [...Deno.readDirSync(folder)]
    .map(({ name }) => `${folder}/${name}`)
    .filter((path) => path.includes(`/eventcounter_${VERSION}_`));
  const tree = `${folder}/tree`;
  await output("dpkg-deb", "--raw-extract", path!, tree);
  return { kind, path: path!, tree };
}

/** Runs `tools/package_deb.ts`. */
export async function packageDeb(args: readonly string[]) {
  return await run(Deno.execPath(), [
    ...["run", "--quiet", "--no-lock", "--allow-all", "-c", CONFIGURATION],
    ...[`${ROOT}tools/package_deb.ts`, "--config", CONFIGURATION, ...args],
  ], {
    // Quicker than xz; what is in the package is the same.
    env: { DPKG_DEB_COMPRESSOR_TYPE: "gzip", DPKG_DEB_COMPRESSOR_LEVEL: "1" },
  });
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
export async function output(
  program: string,
  ...args: string[]
): Promise<string> {
  const { code, stdout, stderr } = await run(program, args);
  assertEquals(code, 0, `${program} ${args.join(" ")}: ${stderr}`);
  return stdout;
}
