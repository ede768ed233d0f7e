import { fileURLToPath } from "node:url";
import { run } from "../../tools/tool.ts";
import { CONFIGURATION } from "../support/program.ts";
import { heading, median, type Report } from "./report.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Measures the executable beside the source: the time that `--version` takes
 * and a whole run with nothing to count, and the resident memory of a run that
 * waits for input (Linux).
 *
 * @param folder A temporary folder.
 * @param starts How often each is started, in turn.
 */
export async function benchStartup(
  report: Report,
  folder: string,
  { starts = 20 }: { starts?: number } = {},
): Promise<void> {
  const out = `${folder}/eventcounter`;
  const { stdout } = await run(Deno.execPath(), [
    ...["run", "--quiet", "--no-lock", "--allow-all", "-c", CONFIGURATION],
    ...[`${ROOT}tools/compile.ts`, "--config", CONFIGURATION, "--out", out],
  ]);
  const kind = stdout.includes("denort") ? "denort" : "self-extracting";
  const commands: Readonly<Record<string, readonly string[]>> = {
    [`executable (${kind})`]: [out],
    source: [
      ...[Deno.execPath(), "run", "--quiet", "--no-lock", "--no-prompt"],
      ...["-c", CONFIGURATION, "--allow-net", "--allow-read"],
      ...["--allow-write", "--allow-env", `${ROOT}main.ts`],
    ],
  };
  heading(
    "Start",
    `--version and an empty run, medians of ${starts}; memory while it waits`,
  );
  const env = { EVENTCOUNTER_CACHE: `${folder}/cache` };
  const usages = [["--version"], ["--input", "-", "--out", `${folder}/empty`]];
  const times = new Map<string, number[]>();
  for (let start = 0; start <= starts; start++) {
    for (const [name, [command, ...before]] of Object.entries(commands)) {
      for (const usage of usages) {
        const began = performance.now();
        await new Deno.Command(command!, { args: [...before, ...usage], env })
          .output();
        const key = `${name} ${usage[0]}`;
        const taken = performance.now() - began;
        // The first start unpacks and compiles.
        if (start > 0) times.set(key, [...times.get(key) ?? [], taken]);
      }
    }
  }
  for (const [name, command] of Object.entries(commands)) {
    const megabytes = await idleMemory(command, folder, env) / 1e6;
    const [version, run] = usages.map(([first]) =>
      median(times.get(`${name} ${first}`)!).toFixed(0)
    );
    report.note(
      `The ${name} answers \`--version\` within ${version} ms, counts nothing ` +
        `within ${run} ms, and takes ${
          megabytes.toFixed(0)
        } MB while it waits.`,
    );
  }
}

/** The resident memory of a run that waits for its input, in bytes. */
async function idleMemory(
  [command, ...args]: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const process = new Deno.Command(command!, {
    args: [...args, "--input", "-", "--out", `${folder}/idle`],
    env: { ...env, EVENTCOUNTER_LOG_FORMAT: "json" },
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  // Its ledger is there: everything is loaded and it waits.
  while (!await exists(`${folder}/idle/eventcounter.db`)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const status = await Deno.readTextFile(`/proc/${process.pid}/status`);
  await process.stdin.close();
  await process.status;
  await Deno.remove(`${folder}/idle`, { recursive: true });
  return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]) * 1_024;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
