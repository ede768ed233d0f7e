import { BuildError } from "../compile/build_error.ts";

/** A package that is bundled with the program. */
export interface Bundled {
  readonly name: string;
  readonly version: string;
}

/**
 * Who holds the copyright in each package that may be in the bundle. All are
 * under the MIT license, which Debian calls Expat. Read in the packages' own
 * license files; a test compares those that come from npm.
 */
export const HOLDERS: Readonly<Record<string, string>> = {
  "@cliffy/command": "2020 c4spar",
  "@cliffy/flags": "2020 c4spar",
  "@cliffy/internal": "2020 c4spar",
  "@cliffy/table": "2020 c4spar",
  "@logtape/logtape": "2024-2026 Hong Minhee",
  "@std/fmt": "2018-2022 the Deno authors",
  "@std/text": "2018-2022 the Deno authors",
  "amqplib": "2013, 2014 Michael Bridgen <mikeb@squaremobius.net>",
  "commander": "2011 TJ Holowaychuk <tj@vision-media.ca>",
};

/**
 * The packages in a bundle, sorted, by the comments in which the bundler names
 * each module.
 */
export function bundledPackages(program: string): Bundled[] {
  const found = new Map<string, Bundled>();
  for (
    const [_, name, version] of program.matchAll(
      /^\/\/ (?:npm:|\S*jsr\.io\/)((?:@[^/\s]+\/)?[^/\s]+)\/(\d[^/\s]*)\//gm,
    )
  ) {
    found.set(`${name} ${version}`, { name: name!, version: version! });
  }
  return [...found].sort(([a], [b]) => a < b ? -1 : 1).map(([_, each]) => each);
}

/** What the file `copyright` is about. */
export interface CopyrightSource {
  /** What is in the bundle. */
  readonly bundled: readonly Bundled[];
  /** The path of what holds the bundle, relative to the root. */
  readonly programPath: string;
  /** The path of what holds Deno; the same in an executable by denort. */
  readonly runtimePath: string;
  readonly runtimeVersion: string;
  readonly commit: string;
  /** The project's own license: a line with the holder, and the terms. */
  readonly license: string;
}

/**
 * The file `copyright`, as machines read it (DEP-5).
 *
 * @throws {BuildError} If the licence of a bundled package is not known.
 */
export function copyrightFile(source: CopyrightSource): string {
  const { bundled, programPath, runtimePath, runtimeVersion } = source;
  const holder = /^Copyright \(c\) (.*)$/m.exec(source.license)?.[1];
  const terms = source.license.split(/\n\n/).slice(2).join("\n\n").trim();
  if (holder === undefined || !terms.startsWith("Permission")) {
    throw new BuildError(
      "Cannot read LICENSE: it must be the MIT license with a line " +
        '"Copyright (c) …"; restore it',
    );
  }
  const packages = bundled.map(({ name, version }) => `${name} ${version}`);
  const isOneFile = programPath === runtimePath;
  const program = [holder, ...new Set(bundled.map(holderOf))];
  return [
    paragraph({
      Format:
        "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
      "Upstream-Name": "eventcounter",
      Source: `the project's git repository, commit ${source.commit}`,
      Comment: "This package is built by the project itself, not by Debian.",
    }),
    paragraph({ Files: "*", Copyright: holder, License: "Expat" }),
    ...(isOneFile ? [] : [paragraph({
      Files: programPath,
      Copyright: program.join("\n"),
      License: "Expat",
      Comment: `The program bundled with ${packages.join(", ")}.`,
    })]),
    paragraph({
      Files: runtimePath,
      Copyright: [
        ...(isOneFile ? program : []),
        "2018-2026 the Deno authors",
        "2006-2026 the V8 project authors",
      ].join("\n"),
      License: "Expat and BSD-3-Clause",
      Comment: [
        isOneFile
          ? `The program bundled with ${packages.join(", ")}, in the runtime of`
          : "The runtime:",
        `Deno ${runtimeVersion}, as the Deno project builds it; V8 in it is`,
        "under BSD-3-Clause. It links many other libraries statically, SQLite",
        "and ICU among them, each under its own free licence. They are listed in",
        "Deno's source, in Cargo.lock and the repositories that it names.",
      ].join("\n"),
    }),
    license("Expat", terms),
    license("BSD-3-Clause", BSD),
  ].join("\n\n") + "\n";
}

function holderOf({ name, version }: Bundled): string {
  const holder = HOLDERS[name];
  if (holder !== undefined) return holder;
  throw new BuildError(
    `Cannot tell the licence of ${name} ${version}, which is bundled: read it ` +
      "and add its holder to tools/package_deb/licences.ts",
  );
}

/** Fields; a value of several lines goes on indented. */
function paragraph(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields).map(([name, value]) =>
    `${name}: ${value.replaceAll("\n", "\n ")}`
  ).join("\n");
}

function license(name: string, terms: string): string {
  const lines = terms.split("\n").map((line) => line === "" ? "." : line);
  return `License: ${name}\n ${lines.join("\n ")}`;
}

const BSD = `Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are
met:

  * Redistributions of source code must retain the above copyright
    notice, this list of conditions and the following disclaimer.
  * Redistributions in binary form must reproduce the above copyright
    notice, this list of conditions and the following disclaimer in the
    documentation and/or other materials provided with the distribution.
  * Neither the name of Google Inc. nor the names of its contributors may
    be used to endorse or promote products derived from this software
    without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS
IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO,
THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR
PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR
CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL,
EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO,
PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR
PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF
LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING
NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS
SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.`;
