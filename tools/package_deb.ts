/**
 * Builds a Debian package: `deno task deb`.
 *
 * It puts what is packaged beside a copy of `packaging/debian` and calls
 * `dpkg-buildpackage`, which reads all the rest there. Debian's tools are
 * installed where they are missing, as root on Debian or its kin, after saying
 * so. The same commit gives the same bytes.
 *
 * Where a denort is to be had (see `tools/compile.ts`), the program is an
 * executable by `deno compile`; else Deno from npm, the bundled program, and a
 * script that starts it.
 *
 * Options: `--kind`, `--runtime-version` and `--config` as in
 * `tools/compile.ts`; `--target`, of Linux; `--out FOLDER`, by default `dist`.
 *
 * Its sum joins those in `SHA256SUMS` beside it. The variables `DEBFULLNAME`
 * and `DEBEMAIL` name the maintainer, by default the author of the last commit;
 * `SOURCE_DATE_EPOCH` is its date, by default that of the last commit.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROGRAM } from "../src/cli/command_tree.ts";
import { printCompletions } from "../src/cli/completions/print_completions.ts";
import { VERSION } from "../src/cli/version.ts";
import { installPackage } from "./broker/system_package.ts";
import { BUILD_OPTIONS, kindNamed, report } from "./compile/build_options.ts";
import { bundle, commitOf, MAIN } from "./compile/bundle.ts";
import { writeSums } from "./compile/checksums.ts";
import {
  type Build,
  buildEitherWay,
  buildExecutable,
  type Kind,
} from "./compile/executable.ts";
import { launch } from "./compile/launcher.ts";
import { runtimeFor } from "./compile/self_extracting.ts";
import { HOST, targetNamed } from "./compile/targets.ts";
import { debianChangelog } from "./package_deb/changelog.ts";
import { manPage } from "./package_deb/man_page.ts";
import {
  readCommandLine,
  run,
  runTool,
  TemporaryFolder,
  ToolError,
} from "./tool.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Debian's names of the targets that packages are built for. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  "x86_64-unknown-linux-gnu": "amd64",
  "aarch64-unknown-linux-gnu": "arm64",
};

/** @returns 0 done. */
async function packageDeb(args: string[]): Promise<number> {
  const { values } = readCommandLine({ args, options: BUILD_OPTIONS });
  const kind = kindNamed(values.kind);
  const target = targetNamed(values.target ?? HOST);
  const architecture = ARCHITECTURES[target.name];
  if (architecture === undefined) {
    throw new ToolError(
      `Cannot make a Debian package for "${target.name}": --target must be ` +
        `one of ${Object.keys(ARCHITECTURES).join(", ")}`,
      2,
    );
  }
  await provideTools();
  await using folder = await TemporaryFolder.make();
  const program = join(folder.path, "program");
  await bundle({
    entry: join(ROOT, "main.ts"),
    configuration: values.config,
    commit: await commitOf(ROOT),
    out: program,
  });
  // Beside the folder that it builds in is where dpkg-buildpackage puts it.
  const source = join(folder.path, "source");
  const made = await stageProgram(kind, {
    ...{ target, program, folder: folder.path },
    runtimeVersion: values["runtime-version"],
    out: join(source, "usr/bin/eventcounter"),
  });
  await stageDocuments(source);
  const built = await run("dpkg-buildpackage", [
    ...["--build=binary", "--no-sign", "--no-check-builddeps"],
    `--host-arch=${architecture}`,
  ], { cwd: source });
  if (built.code !== 0) {
    console.error(`${built.stdout}${built.stderr}`.trimEnd());
    throw new ToolError(
      `Cannot make the package for ${architecture}: dpkg-buildpackage ended ` +
        `with code ${built.code}; see above what it says of packaging/debian`,
    );
  }
  const name = `eventcounter_${VERSION}_${architecture}.deb`;
  const out = join(values.out ?? join(ROOT, "dist"), name);
  await Deno.mkdir(dirname(out), { recursive: true });
  await Deno.copyFile(join(folder.path, name), out);
  await report(out, made);
  await writeSums([out]);
  return 0;
}

/** Fails before anything is built if nothing can come of it. */
async function provideTools(): Promise<void> {
  const isThere = async () => (await run("dh", ["--help"])).code !== 127;
  if (await isThere()) return;
  await installPackage("debhelper", "debhelper", console.error);
  if (await isThere()) return;
  throw new ToolError(
    "Cannot make a Debian package: debhelper is missing; install it (Debian, " +
      "Ubuntu: apt-get install debhelper)",
  );
}

/** An executable by denort is the program; else it is its parts and a script. */
async function stageProgram(
  kind: Kind | undefined,
  build: Build,
): Promise<Kind> {
  const asFiles = async (): Promise<Kind> => {
    const library = "/usr/lib/eventcounter";
    const [runtime, program] = [`${library}/runtime`, `${library}/program`];
    const root = join(dirname(build.out), "../..");
    await Deno.mkdir(join(root, library), { recursive: true });
    await Deno.mkdir(dirname(build.out), { recursive: true });
    await Deno.copyFile(await runtimeFor(build), join(root, runtime));
    await run("cp", ["-r", build.program, join(root, program)]);
    // No cache of compiled code: one that all users share would have to be
    // trusted by all, and one of each user's own would be in their homes.
    const script = launch({
      ...{ runtime, cache: "/dev/null" },
      program: `${program}/${MAIN}`,
    });
    await Deno.writeTextFile(build.out, `#!/bin/sh\n${script}\n`, {
      mode: 0o755,
    });
    return "self-extracting";
  };
  if (kind === "self-extracting") return await asFiles();
  if (kind === undefined) return await buildEitherWay(build, asFiles);
  await buildExecutable(kind, build);
  return kind;
}

/** Completes what stands in `packaging/debian`, and adds the completions. */
async function stageDocuments(source: string): Promise<void> {
  const debian = join(source, "debian");
  await run("cp", ["-r", join(ROOT, "packaging/debian"), debian]);
  const { maintainer, date } = await provenance();
  const fill = async (from: string, to: string, by: (text: string) => string) =>
    await Deno.writeTextFile(to, by(await Deno.readTextFile(from)));
  await fill(
    join(debian, "control"),
    join(debian, "control"),
    (text) => text.replace("@MAINTAINER@", maintainer),
  );
  await fill(
    join(ROOT, "CHANGELOG.md"),
    join(debian, "changelog"),
    (text) => debianChangelog(text, { maintainer, date }),
  );
  await fill(
    join(debian, "eventcounter.1.in"),
    join(debian, "eventcounter.1"),
    (template) =>
      manPage({ template, program: PROGRAM, version: VERSION, date }),
  );
  for (
    const [shell, path] of [
      ["bash", "bash-completion/completions/eventcounter"],
      ["zsh", "zsh/vendor-completions/_eventcounter"],
      ["fish", "fish/vendor_completions.d/eventcounter.fish"],
    ] as const
  ) {
    const file = join(source, "usr/share", path);
    await Deno.mkdir(dirname(file), { recursive: true });
    let script = "";
    printCompletions(shell, (text) => script += `${text}\n`);
    await Deno.writeTextFile(file, script);
  }
}

/** Whose the package is, and of when: Debian's variables, or the last commit. */
async function provenance(): Promise<{ maintainer: string; date: Date }> {
  const { stdout } = await run("git", [
    ...["-C", ROOT, "log", "-1", "--format=%an <%ae>%n%ct"],
  ]);
  const [author, committed] = stdout.split("\n");
  const [name, email] = [Deno.env.get("DEBFULLNAME"), Deno.env.get("DEBEMAIL")];
  const maintainer = name && email ? `${name} <${email}>` : author;
  const seconds = Number(Deno.env.get("SOURCE_DATE_EPOCH") || committed);
  if (!maintainer || !(seconds > 0)) {
    throw new ToolError(
      "Cannot tell whose the package is, and of when: this is no git " +
        "repository; set DEBFULLNAME, DEBEMAIL and SOURCE_DATE_EPOCH",
    );
  }
  return { maintainer, date: new Date(seconds * 1_000) };
}

if (import.meta.main) await runTool(packageDeb);
