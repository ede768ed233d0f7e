/** What is in the package, without installing it. */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  allCommands,
  allOptions,
  PROGRAM,
} from "../../src/cli/command_tree.ts";
import { flagsOf } from "../../src/cli/option_spec.ts";
import { VARIABLES } from "../../src/cli/variables.ts";
import { EXIT_MEANINGS } from "../../src/model/errors.ts";
import { run } from "../../tools/tool.ts";
import { ROOT } from "../compiled/executables.ts";
import { CONFIGURATION } from "../support/program.ts";
import { provide } from "../support/provide.ts";
import { build, output, packageDeb, test } from "./packages.ts";

Deno.test("deno task deb: wrong usage is one line and code 2", async () => {
  for (
    const [args, message] of [
      [["--target", "x86_64-apple-darwin"], /-darwin".*aarch64-unknown-linux/],
      [["--kind", "snap"], /--kind "snap": it must be denort or self-extr/],
      [["--fast"], /Unknown option '--fast'/],
    ] as const
  ) {
    const { code, stdout, stderr } = await packageDeb(args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^Cannot [^\n]*\n$/);
    assertMatch(stderr, message);
  }
});

test("has these files and no others, root's, none writable by others", async ({ kind, path }) => {
  const listed = (await output("dpkg-deb", "-c", path)).trimEnd().split("\n")
    .map((line) => line.split(/\s+/));
  const files = listed.filter(([mode]) => !mode!.startsWith("d"));
  assertEquals(
    files.map(([, , , , , file]) => file!.slice(2))
      .filter((file) => !/program\/part\d+\.js$/.test(file)).sort(),
    [
      "etc/eventcounter/eventcounter.conf",
      "lib/systemd/system/eventcounter.service",
      "lib/systemd/system/eventcounter.timer",
      "usr/bin/eventcounter",
      ...kind === "denort" ? [] : [
        "usr/lib/eventcounter/program/main.js",
        "usr/lib/eventcounter/runtime",
      ],
      "usr/lib/sysusers.d/eventcounter.conf",
      "usr/lib/tmpfiles.d/eventcounter.conf",
      "usr/share/bash-completion/completions/eventcounter",
      "usr/share/doc/eventcounter/README.Debian",
      "usr/share/doc/eventcounter/changelog.gz",
      "usr/share/doc/eventcounter/copyright",
      "usr/share/fish/vendor_completions.d/eventcounter.fish",
      "usr/share/lintian/overrides/eventcounter",
      "usr/share/man/man1/eventcounter.1.gz",
      "usr/share/zsh/vendor-completions/_eventcounter",
    ],
  );
  for (const [mode, owner, , , , file] of listed) {
    assertEquals(owner, "root/root", file);
    assertMatch(mode!, /^(d.*x|-.*[x-])r-[x-]$/, file);
    assert(!mode!.slice(5).includes("w"), file);
  }
});

test("depends on the C library that its runtime needs", async ({ kind, path, tree }) => {
  await provide("readelf", "binutils");
  const binary = kind === "denort"
    ? "usr/bin/eventcounter"
    : "usr/lib/eventcounter/runtime";
  const elf = await output(
    "readelf",
    "--dynamic",
    "--version-info",
    "--wide",
    `${tree}/${binary}`,
  );
  const newest = [...elf.matchAll(/Name: GLIBC_2\.(\d+)/g)]
    .map(([_, minor]) => Number(minor)).sort((a, b) => a - b).at(-1);
  const depends = await output("dpkg-deb", "-f", path, "Depends");
  assertMatch(
    depends,
    new RegExp(`^libc6 \\(>= 2\\.${newest}\\), libgcc-s1, `),
  );
  // All of them are in one of the two packages.
  for (const [_, library] of elf.matchAll(/Shared library: \[(.*?)\]/g)) {
    assertMatch(library!, /^(lib(c|m|dl|rt|pthread|gcc_s)\.so|ld-linux)/);
  }
});

test("the same commit gives the same bytes, whatever the umask", async ({ kind, path }) => {
  const umask = Deno.umask(0o077);
  try {
    const again = await build(kind, `${kind} again`);
    // Not assertEquals, which looks at each of 45 million bytes by itself.
    const [one, two] = [
      await Deno.readFile(path),
      await Deno.readFile(again.path),
    ];
    assert(Buffer.compare(one, two) === 0, "some byte differs");
  } finally {
    Deno.umask(umask);
  }
});

Deno.test("a package for another architecture has that architecture's runtime", async () => {
  const other = Deno.build.arch === "x86_64" ? "aarch64" : "x86_64";
  const { path, tree } = await build("self-extracting", other, ...[
    ...["--target", `${other}-unknown-linux-gnu`],
    // Not every registry has the newest one for each.
    ...["--runtime-version", "2.9.5"],
  ]);
  assertMatch(path, other === "aarch64" ? /_arm64\.deb$/ : /_amd64\.deb$/);
  await provide("readelf", "binutils");
  const head = await output(
    "readelf",
    "--file-header",
    `${tree}/usr/lib/eventcounter/runtime`,
  );
  assertMatch(head, other === "aarch64" ? /AArch64/ : /X86-64/);
});

test("lintian finds neither errors nor warnings", async ({ path }) => {
  await provide("lintian");
  assertEquals(await output("lintian", "--allow-root", path), "");
});

test("systemd finds the service well secured", async ({ tree }) => {
  await provide("systemd-analyze", "systemd");
  const report = await output(
    "systemd-analyze",
    ...["security", "--no-pager", "--offline=yes"],
    `${tree}/lib/systemd/system/eventcounter.service`,
  );
  assertMatch(report, /exposure level for eventcounter\.service: 1\.\d/);
});

test("the copyright file names every package in the bundle", async ({ tree }) => {
  const info = JSON.parse(
    await output(
      Deno.execPath(),
      ...["info", "--json", "-c", CONFIGURATION, `${ROOT}main.ts`],
    ),
  );
  const names = new Set<string>();
  const addNpm = (id: string) => {
    const { name, dependencies } = info.npmPackages[id];
    // Types are gone from a bundle.
    if (names.has(name) || name.startsWith("@types/")) return;
    names.add(name);
    for (const dependency of dependencies) addNpm(dependency);
  };
  for (const { specifier, npmPackage } of info.modules) {
    if (npmPackage !== undefined) addNpm(npmPackage);
    const [, jsr] = /jsr\.io\/(@[^/]+\/[^/]+)/.exec(specifier) ?? [];
    if (jsr !== undefined) names.add(jsr);
  }
  const text = await Deno.readTextFile(
    `${tree}/usr/share/doc/eventcounter/copyright`,
  );
  assert(names.has("amqplib"));
  for (const name of names) assert(text.includes(name), name);
});

test("the manual page tells of every command, option, variable and exit code, without a fault", async ({ tree }) => {
  await provide("mandoc");
  const page = `${tree}/eventcounter.1`;
  const roff = await output(
    "zcat",
    `${tree}/usr/share/man/man1/eventcounter.1.gz`,
  );
  await Deno.writeTextFile(page, roff);
  const lint = await run("mandoc", ["-Tlint", "-Wwarning", page]);
  assertEquals(lint.stdout + lint.stderr, "");
  const shown = await output("sh", "-c", 'mandoc -Tutf8 "$0" | col -bx', page);
  for (const command of allCommands(PROGRAM)) {
    const words = [
      command.path.join(" "),
      ...allOptions(command).flatMap(flagsOf),
    ];
    for (const word of words) assert(shown.includes(word), word);
  }
  for (const name of VARIABLES) {
    assert(new RegExp(`^ +${name}(?: {2}|$)`, "m").test(shown), name);
  }
  for (const [code, meaning] of Object.entries(EXIT_MEANINGS)) {
    assert(shown.includes(`${code.padEnd(3)}`), code);
    assert(shown.replaceAll(/\s+/g, " ").includes(meaning), meaning);
  }
  await Deno.remove(page);
});
