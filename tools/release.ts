/**
 * Releases a version of the project in the working directory:
 * `deno task release VERSION`.
 *
 * It checks that the working tree is clean (untracked files count, ignored ones
 * do not), that the version is higher than the last tag of this history, and
 * that `CHANGELOG.md` has an entry `## VERSION – not released yet` that says
 * something. In a temporary working tree it then sets the version in
 * `deno.json` and today's date (UTC) in the changelog, runs `deno task ok`,
 * commits, and builds from that commit `deno task compile --all` and, if there
 * is a task `deb`, the packages for Debian. If all went well, the files and
 * their sums come into the new folder `dist/VERSION`, the annotated tag
 * `vVERSION` gets the changelog's entry as its message, and the branch moves to
 * the commit. If not, nothing is changed. Nothing is ever pushed.
 *
 * Options:
 *
 * - `--dry-run`: make all checks, `deno task ok` among them, and tell the rest.
 *   Builds are not tried.
 * - `--allow-missing-targets`: release without the targets that cannot be built
 *   on this network, and say which. By default that is refused.
 *
 * Exit codes: 0 done, 1 cannot be released, 2 wrong usage, 130 and 143 ended by
 * SIGINT or SIGTERM.
 *
 * @module
 */
import { UsageError } from "./compile/build_error.ts";
import { readCommandLine } from "./compile/command_line.ts";
import { release } from "./release/release.ts";
import { ReleaseError } from "./release/release_error.ts";
import { parseVersion } from "./release/version.ts";

/** Signals that end a release, with the exit code that tells so. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

async function main(args: readonly string[]): Promise<number> {
  const told = new AbortController();
  let stopped: number | undefined;
  for (const [signal, code] of Object.entries(SIGNALS)) {
    Deno.addSignalListener(signal as keyof typeof SIGNALS, () => {
      stopped = code;
      told.abort(new ReleaseError(`it was ended by ${signal}`));
    });
  }
  try {
    await release({
      ...readOptions(args),
      folder: Deno.cwd(),
      date: new Date().toISOString().slice(0, 10),
      print: (line) => console.log(line),
      signal: told.signal,
    });
    return 0;
  } catch (error) {
    if (error instanceof UsageError || error instanceof ReleaseError) {
      console.error(error.message);
      return error instanceof UsageError ? 2 : stopped ?? 1;
    }
    throw error;
  }
}

function readOptions(args: readonly string[]) {
  const { values, positionals } = readCommandLine({
    args: [...args],
    allowPositionals: true,
    options: {
      "dry-run": { type: "boolean" },
      "allow-missing-targets": { type: "boolean" },
    },
  });
  const [version, ...more] = positionals;
  if (version === undefined || more.length > 0) {
    throw new UsageError(
      `Cannot tell what to release: ${positionals.length} versions are given; ` +
        "give one, as in deno task release 0.2.0",
    );
  }
  if (parseVersion(version) === undefined) {
    throw new UsageError(
      `Cannot release "${version}": it is no version by semver.org; give one ` +
        "such as 0.2.0 or 1.0.0-rc.1",
    );
  }
  return {
    version,
    isDryRun: values["dry-run"] ?? false,
    allowMissingTargets: values["allow-missing-targets"] ?? false,
  };
}

if (import.meta.main) Deno.exit(await main(Deno.args));
