/** What is in the package, without installing it. */
import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../src/cli/version.ts";
import { writeSums } from "../../tools/compile/checksums.ts";
import { packageFiles } from "../../tools/package_deb/contents.ts";
import { HOLDERS } from "../../tools/package_deb/licences.ts";
import { BUILDABLE, ROOT } from "../compiled/executables.ts";
import { provide } from "../support/provide.ts";
import {
  build,
  complaints,
  HERE,
  output,
  packageOf,
  test,
} from "./packages.ts";

/** Every file, with its mode, for both kinds. */
const FILES = {
  "etc/eventcounter/eventcounter.conf": 0o644,
  "usr/bin/eventcounter": 0o755,
  "usr/lib/systemd/system/eventcounter.service": 0o644,
  "usr/lib/systemd/system/eventcounter.timer": 0o644,
  "usr/share/bash-completion/completions/eventcounter": 0o644,
  "usr/share/doc/eventcounter/README.Debian": 0o644,
  "usr/share/doc/eventcounter/changelog.gz": 0o644,
  "usr/share/doc/eventcounter/copyright": 0o644,
  "usr/share/fish/vendor_completions.d/eventcounter.fish": 0o644,
  "usr/share/man/man1/eventcounter.1.gz": 0o644,
  "usr/share/zsh/vendor-completions/_eventcounter": 0o644,
};

/** Those that are beside them where the runtime comes from npm. */
const PARTS = {
  "usr/lib/eventcounter/program.js": 0o644,
  "usr/lib/eventcounter/runtime": 0o755,
  "usr/share/lintian/overrides/eventcounter": 0o644,
};

for (const architecture of ["amd64", "arm64"]) {
  for (const kind of BUILDABLE) {
    if (kind === "denort" && architecture !== HERE) continue;
    Deno.test(`${kind} package for ${architecture}: has these files and no others, root's, none writable by others`, async () => {
      const { path } = await packageOf(kind, architecture);
      const found: Record<string, number> = {};
      for (const line of lines(await output("dpkg-deb", "-c", path))) {
        const [mode, owner, , , , file] = line.split(/\s+/);
        assertEquals(owner, "root/root", line);
        if (mode!.startsWith("d")) assertEquals(mode, "drwxr-xr-x", line);
        else found[file!.slice(2)] = modeOf(mode!);
      }
      assertEquals(
        found,
        kind === "denort" ? FILES : { ...FILES, ...PARTS },
      );
    });

    Deno.test(`${kind} package for ${architecture}: its control file is true`, async () => {
      const { path, tree } = await packageOf(kind, architecture);
      const field = async (name: string) =>
        (await output("dpkg-deb", "-f", path, name)).trim();
      assertEquals(await field("Version"), VERSION);
      assertEquals(await field("Architecture"), architecture);
      assertEquals(
        await field("Maintainer"),
        (await output("git", "-C", ROOT, "log", "-1", "--format=%an <%ae>"))
          .trim(),
      );
      const depends = await field("Depends");
      const binary = kind === "denort"
        ? `${tree}/usr/bin/eventcounter`
        : `${tree}/usr/lib/eventcounter/runtime`;
      assertEquals(
        depends,
        `adduser, libc6 (>= ${await newestSymbols(binary)}), libgcc-s1`,
      );
      const used = await output("du", "-sk", "--apparent-size", tree);
      const said = Number(await field("Installed-Size"));
      assert(Math.abs(said / Number.parseInt(used) - 1) < 0.01, `${said}`);
      const check = 'cd "$0" && md5sum --check --strict DEBIAN/md5sums';
      assertEquals(
        lines(await output("sh", "-c", check, tree)).length,
        Object.keys(kind === "denort" ? FILES : { ...FILES, ...PARTS }).length,
      );
    });
  }
}

Deno.test("a package with denort has the executable alone in place of script, runtime and bundle", async () => {
  // Where no denort is to be had, this shows what would be in it.
  const { path, tree } = await packageOf("self-extracting");
  const files = await packageFiles({
    made: { kind: "denort", executable: path },
    program: `${tree}/usr/lib/eventcounter/program.js`,
    maintainer: "Ann <ann@example.org>",
    date: new Date(0),
    commit: "0123456789ab",
    runtimeVersion: Deno.version.deno,
  });
  assertEquals(Object.keys(files).sort(), Object.keys(FILES));
  assertEquals(files["usr/bin/eventcounter"], { copyOf: path, mode: 0o755 });
  const copyright = files["usr/share/doc/eventcounter/copyright"]!;
  assert("text" in copyright && !/usr\/lib/.test(copyright.text));
});

test("the same input gives the same bytes, whatever the umask", async ({ kind, path }) => {
  const umask = Deno.umask(0o077);
  try {
    const again = await build(kind, HERE, `${kind} again`);
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

test("nothing in it is of this machine", async ({ tree }) => {
  const home = Deno.env.get("HOME") ?? "/root";
  for (
    const name of ["usr/lib/eventcounter/program.js", "usr/bin/eventcounter"]
  ) {
    const text = await Deno.readTextFile(`${tree}/${name}`).catch(() => "");
    assertEquals(text.match(/.*\/\.cache\/deno.*/), null, name);
    assert(!text.includes(ROOT) && !text.includes(`"${home}/`), name);
  }
});

test("SHA256SUMS beside it has its sum, and keeps those of others", async ({ path }) => {
  const folder = path.slice(0, path.lastIndexOf("/"));
  await Deno.writeTextFile(`${folder}/other`, "other");
  await writeSums([`${folder}/other`]);
  const check = ["sh", "-c", 'cd "$0" && sha256sum --check SHA256SUMS', folder];
  assertEquals(
    lines(await output(...check)).sort(),
    [`${path.slice(folder.length + 1)}: OK`, "other: OK"],
  );
});

test("lintian finds neither errors nor warnings, and no override too many", async ({ path }) => {
  await provide("lintian");
  const found = await output("lintian", "--allow-root", "--display-info", ...[
    "--fail-on=none",
    // Deno's own affairs, of no consequence.
    "--suppress-tags=spelling-error-in-binary,binary-has-unneeded-section",
    path,
  ]);
  assertEquals(found, "");
});

test("systemd finds the service well secured", async ({ tree }) => {
  await provide("systemd-analyze", "systemd");
  const service = `${tree}/usr/lib/systemd/system/eventcounter.service`;
  const report = await output(...[
    ...["systemd-analyze", "security", "--no-pager", "--offline=yes"],
    ...["--threshold=20", service],
  ]);
  assertMatch(
    report,
    /Overall exposure level for eventcounter\.service: 1\.\d/,
  );
});

test("the scripts are POSIX shell", async ({ tree }) => {
  for (const name of ["postinst", "prerm", "postrm"]) {
    assertEquals(
      await complaints("sh", "-n", `${tree}/DEBIAN/${name}`),
      "",
      name,
    );
  }
});

test("the copyright file names all that is bundled, as the packages' own licences have it", async ({ tree }) => {
  const text = await Deno.readTextFile(
    `${tree}/usr/share/doc/eventcounter/copyright`,
  );
  const [, list] = /bundled with (.*?)[.,]\s*(?:\n|in the)/s.exec(text)!;
  const bundled = list!.split(", ").map((each) => each.split(" "));
  assert(bundled.length >= 3, list);
  for (const [name, version] of bundled) {
    const holder = HOLDERS[name!]!;
    assert(text.includes(`\n ${holder}\n`), `${name}: ${holder}`);
    // What comes from JSR has no license file in its package.
    if (/^@(cliffy|std)\//.test(name!)) continue;
    const licence = await licenceOf(`${name}/${version}`);
    assert(licence.includes(holder), `${name}: ${licence}`);
    assertMatch(licence, /Permission is hereby granted, free of charge/);
  }
});

/** The license files of a package in Deno's cache. */
async function licenceOf(name: string): Promise<string> {
  const { npmCache } = JSON.parse(
    await output(Deno.execPath(), "info", "--json"),
  );
  const found = await output(
    ...["find", npmCache, "-path", `*/${name}/LICENSE*`],
  );
  const texts = lines(found).map((path) => Deno.readTextFileSync(path));
  return texts.join("\n").replaceAll("(c) ", "").replaceAll("–", "-");
}

/** The newest version of glibc's symbols in an executable, by binutils. */
async function newestSymbols(path: string): Promise<string> {
  await provide("readelf", "binutils");
  const versions = [
    ...(await output("readelf", "--version-info", "--wide", path))
      .matchAll(/Name: GLIBC_(\d+)\.(\d+)/g),
  ].map(([_, major, minor]) => Number(major) * 1_000 + Number(minor));
  const newest = Math.max(...versions);
  return `${Math.floor(newest / 1_000)}.${newest % 1_000}`;
}

function modeOf(text: string): number {
  return [...text.slice(1)].reduce(
    (mode, letter) => mode * 2 + (letter === "-" ? 0 : 1),
    0,
  );
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
