import { assertEquals, assertMatch } from "@std/assert";
import { walk } from "@std/fs";
import { fileURLToPath } from "node:url";
import { CONFIGURATION } from "../support/program.ts";
import configuration from "../../deno.json" with { type: "json" };
import { executableFor, TARGETS } from "../../tools/compile/targets.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Odd spacing, and another "version" behind the project's own. */
const PROJECT_CONFIGURATION = `{
  "name":   "@example/example",
  "version" : "0.1.0",
  "tasks": {
    "ok": "sh ok.sh",
    "compile": "sh compile.sh",
    "deb": "sh deb.sh"
  },
  "inner": { "version": "7.7.7" } }
`;

/** The entry of 0.2.0 as the tag must tell it, behind the heading. */
export const NOTES = `### Added

- An option, and a line
  that goes on.

\`\`\`sh
## no heading
\`\`\``;

const CHANGELOG = `# Changelog

## 0.2.0 – not released yet

${NOTES}

## 0.1.0 – 2026-01-31

- The first.
`;

/**
 * Writes for each target what it is built from, and says so on both streams.
 *
 * @param failing A pattern of names that are written and then fail.
 */
export function compileScript(failing = "none"): string {
  return `[ "$*" = --all ] || exit 9
mkdir -p dist && echo left >dist/left-over
for name in ${TARGETS.map(executableFor).join(" ")}; do
  { git rev-parse HEAD; git status --porcelain; } >"dist/$name"
  case $name in ${failing}) failed=1 ;; *) built="$built $name" ;; esac
done
echo compile says a word; echo and another >&2
cd dist && sha256sum $built >SHA256SUMS && exit $failed
`;
}

/** Takes the version from where the release must have put it by then. */
const PACKAGE = `[ "$1" = --target ] || exit 9
version=$(sed -n 's/^  "version" : "\\(.*\\)",$/\\1/p' deno.json)
case $2 in x86_64-*) arch=amd64 ;; *) arch=arm64 ;; esac
cp "dist/eventcounter-$2" "dist/eventcounter_\${version}_$arch.deb"
`;

/** What a command left behind. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A small project in a git repository of its own, with one release, 0.1.0. */
export class Project implements AsyncDisposable {
  /** Variables of every command, besides the inherited ones. */
  readonly env: Record<string, string>;

  private constructor(readonly place: string) {
    const now = "2026-02-01T12:00:00Z";
    this.env = {
      ...inherited(),
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Ann",
      GIT_AUTHOR_EMAIL: "ann@example.org",
      GIT_COMMITTER_NAME: "Bob",
      GIT_COMMITTER_EMAIL: "bob@example.org",
      GIT_COMMITTER_DATE: now,
      TMPDIR: `${place}/tmp`,
    };
  }

  /** The top folder of the repository. */
  get folder(): string {
    return `${this.place}/project`;
  }

  /**
   * Makes the project.
   *
   * @param changes Files by name with other contents, or without any.
   */
  static async make(
    changes: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Project> {
    const place = await Deno.makeTempDir({ prefix: "eventcounter-test-" });
    const project = new Project(place);
    await Deno.mkdir(`${place}/tmp`);
    await project.git("init", "--quiet", "--bare", "-b", "main", "../remote");
    await project.git("init", "--quiet", "-b", "main");
    await project.git("remote", "add", "origin", "../remote");
    await project.commit("The first", {
      "deno.json": PROJECT_CONFIGURATION,
      "CHANGELOG.md": CHANGELOG,
      "ok.sh": "echo ok ran\n",
      "compile.sh": compileScript(),
      "deb.sh": PACKAGE,
      ".gitignore": "/dist/\n",
    });
    await project.git("tag", "-a", "-m", "The first", "v0.1.0");
    await project.commit("The second", { "new.txt": "new\n", ...changes });
    return project;
  }

  /** Writes files and commits them. */
  async commit(
    message: string,
    files: Readonly<Record<string, string | undefined>>,
  ): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      if (text === undefined) await Deno.remove(`${this.folder}/${name}`);
      else await this.write(name, text);
    }
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "-m", message);
  }

  /** Writes a file, and its folder if that is missing. */
  async write(name: string, text: string): Promise<void> {
    const path = `${this.folder}/${name}`;
    await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(path, text);
  }

  /** Makes git refuse whatever changes a ref whose name matches. */
  async guard(pattern: string): Promise<void> {
    const hook = `#!/bin/sh
[ "$1" = prepared ] && grep -q '${pattern}' && exit 1
exit 0
`;
    await this.write(".git/hooks/reference-transaction", hook);
    await Deno.chmod(
      `${this.folder}/.git/hooks/reference-transaction`,
      0o755,
    );
  }

  /** Runs git in it. @returns What it prints. */
  async git(...args: string[]): Promise<string> {
    await Deno.mkdir(this.folder, { recursive: true });
    const { code, stdout, stderr } = await this.#run("git", args);
    assertEquals(code, 0, `git ${args.join(" ")}: ${stderr}`);
    return stdout.trimEnd();
  }

  /** Runs the tool as the task `release` does, with its permissions only. */
  async release(...args: string[]): Promise<Ended> {
    return await this.#run(...toolCommand(args));
  }

  /** Starts the tool, to be ended by a signal. */
  start(...args: string[]): Deno.ChildProcess {
    const [command, rest] = toolCommand(args);
    return this.#command(command, rest).spawn();
  }

  /** All that a release could change, to be compared with what was before. */
  async state(): Promise<unknown> {
    const files: Record<string, string> = {};
    for await (const { path, isFile } of walk(this.folder)) {
      if (path.startsWith(`${this.folder}/.git/`)) continue;
      files[path] = isFile ? await Deno.readTextFile(path) : "(folder)";
    }
    return {
      files,
      head: await this.git("rev-parse", "HEAD"),
      refs: await this.git("for-each-ref"),
      branch: await this.git("rev-parse", "--abbrev-ref", "HEAD"),
      status: await this.git("status", "--porcelain", "--ignored"),
      trees: await this.git("worktree", "list"),
      remote: await this.git("ls-remote", "origin"),
      temporary: [...Deno.readDirSync(`${this.place}/tmp`)],
    };
  }

  /**
   * Runs the tool and holds that it refuses in one line and leaves everything
   * as it was.
   */
  async refuses(
    args: readonly string[],
    message: RegExp,
    code = 1,
  ): Promise<Ended> {
    const before = await this.state();
    const ended = await this.release(...args);
    assertMatch(ended.stderr, /^Cannot [^\n]*\n$/);
    assertMatch(ended.stderr, message);
    assertEquals(ended.code, code);
    assertEquals(await this.state(), before);
    return ended;
  }

  async #run(command: string, args: readonly string[]): Promise<Ended> {
    const { code, stdout, stderr } = await this.#command(command, args)
      .output();
    const decoder = new TextDecoder();
    return {
      code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
    };
  }

  #command(command: string, args: readonly string[]): Deno.Command {
    return new Deno.Command(command, {
      args: [...args],
      cwd: this.folder,
      clearEnv: true,
      env: this.env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.place, { recursive: true });
  }
}

/** The command of the task, whose tool is that of this repository. */
function toolCommand(args: readonly string[]): [string, string[]] {
  const [, command] = configuration.tasks.release.command.split(" && ");
  const [program, ...flags] = command!.split(" ")
    .map((word) => word === "$CONFIG" ? CONFIGURATION : word);
  const tool = flags.pop();
  assertEquals([program, tool], ["deno", "tools/release.ts"]);
  return [Deno.execPath(), [...flags, `${ROOT}${tool}`, ...args]];
}

/** A git of the tests must not look where a git that runs them does. */
function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject())
      .filter(([name]) => !name.startsWith("GIT_")),
  );
}
