/**
 * What is in the package, and where.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { PROGRAM } from "../../src/cli/command_tree.ts";
import { bashScript } from "../../src/cli/completions/bash.ts";
import { fishScript } from "../../src/cli/completions/fish.ts";
import { zshScript } from "../../src/cli/completions/zsh.ts";
import { VERSION } from "../../src/cli/version.ts";
import { FLAGS, type Made } from "../compile/executable.ts";
import { startCommands } from "../compile/start_commands.ts";
import { debianChangelog } from "./changelog.ts";
import { bundledPackages, copyrightFile } from "./licences.ts";
import { manPage } from "./man_page.ts";
import type { Provenance } from "./provenance.ts";
import type { StagedFiles } from "./staged_tree.ts";

/** What a package is made of. */
export interface PackageSource extends Provenance {
  readonly made: Made;
  /** The bundled program, whatever it was made into. */
  readonly program: string;
  readonly runtimeVersion: string;
}

const PATHS = {
  executable: "usr/bin/eventcounter",
  runtime: "usr/lib/eventcounter/runtime",
  program: "usr/lib/eventcounter/program.js",
  units: "usr/lib/systemd/system",
  settings: "etc/eventcounter/eventcounter.conf",
  documents: "usr/share/doc/eventcounter",
} as const;

/** Every file that the package installs. */
export async function packageFiles(
  source: PackageSource,
): Promise<StagedFiles> {
  const { made } = source;
  return {
    ...await programFiles(made),
    [PATHS.settings]: { text: await file("eventcounter.conf") },
    [`${PATHS.units}/eventcounter.service`]: {
      text: await file("eventcounter.service"),
    },
    [`${PATHS.units}/eventcounter.timer`]: {
      text: await file("eventcounter.timer"),
    },
    "usr/share/man/man1/eventcounter.1.gz": {
      text: manPage({
        program: PROGRAM,
        version: VERSION,
        date: source.date,
        files: installedFiles(made),
      }),
      isGzipped: true,
    },
    "usr/share/bash-completion/completions/eventcounter": {
      text: bashScript(PROGRAM),
    },
    "usr/share/zsh/vendor-completions/_eventcounter": {
      text: zshScript(PROGRAM),
    },
    "usr/share/fish/vendor_completions.d/eventcounter.fish": {
      text: fishScript(PROGRAM),
    },
    [`${PATHS.documents}/README.Debian`]: { text: await file("README.Debian") },
    [`${PATHS.documents}/changelog.gz`]: {
      text: debianChangelog(await projectFile("CHANGELOG.md"), source),
      isGzipped: true,
    },
    [`${PATHS.documents}/copyright`]: { text: await copyright(source) },
  };
}

/** The files that dpkg reads beside `control` and `md5sums`. */
export async function controlFiles(): Promise<StagedFiles> {
  const script = async (name: string) => ({
    text: await file(name),
    mode: 0o755,
  });
  return {
    conffiles: { text: `/${PATHS.settings}\n` },
    postinst: await script("postinst"),
    prerm: await script("prerm"),
    postrm: await script("postrm"),
  };
}

/**
 * An executable by denort is the program. A self-extracting one would unpack
 * into a cache what a package manager unpacks better, so its two parts are
 * installed as they are, with a script that becomes the one running the other.
 */
async function programFiles(made: Made): Promise<StagedFiles> {
  if (made.kind === "denort") {
    return { [PATHS.executable]: { copyOf: made.executable, mode: 0o755 } };
  }
  const start = startCommands({
    runtime: `/${PATHS.runtime}`,
    program: `/${PATHS.program}`,
    cache: "/var/cache/eventcounter",
    flags: FLAGS,
  });
  return {
    [PATHS.executable]: {
      text: ["#!/bin/sh", ...start, ""].join("\n"),
      mode: 0o755,
    },
    [PATHS.runtime]: { copyOf: made.runtime, mode: 0o755 },
    [PATHS.program]: { copyOf: made.program },
    "usr/share/lintian/overrides/eventcounter": {
      text: await file("lintian-overrides"),
    },
  };
}

function installedFiles(made: Made): [path: string, meaning: string][] {
  return [
    [
      "/etc/eventcounter/eventcounter.conf",
      "Settings of eventcounter.service.",
    ],
    [
      "/etc/eventcounter/amqp-url",
      "The broker's URL for eventcounter.service.",
    ],
    [
      "/var/lib/eventcounter",
      "The counts and the ledger of eventcounter.service.",
    ],
    ...(made.kind === "denort" ? [] : [[
      "/var/cache/eventcounter",
      "Compiled code for a quicker start. It can be deleted.",
    ] as [string, string]]),
    [
      "created.json, updated.json, deleted.json",
      "In the output folder: the totals over the whole life of the ledger, by user.",
    ],
    [
      "rejected.ndjson",
      "In the output folder: what could not be counted, with the reason.",
    ],
    [
      "eventcounter.db",
      "In the output folder: the ledger, with counts and seen ids.",
    ],
  ];
}

async function copyright(source: PackageSource): Promise<string> {
  const isDenort = source.made.kind === "denort";
  return copyrightFile({
    bundled: bundledPackages(await Deno.readTextFile(source.program)),
    programPath: isDenort ? PATHS.executable : PATHS.program,
    runtimePath: isDenort ? PATHS.executable : PATHS.runtime,
    runtimeVersion: source.runtimeVersion,
    commit: source.commit,
    license: await projectFile("LICENSE"),
  });
}

/** The text of a file that is installed as it is. */
async function file(name: string): Promise<string> {
  return await Deno.readTextFile(new URL(`files/${name}`, import.meta.url));
}

async function projectFile(name: string): Promise<string> {
  const path = fileURLToPath(new URL(`../../${name}`, import.meta.url));
  return await Deno.readTextFile(path);
}
