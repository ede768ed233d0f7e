/** A task to run. */
export interface VisibleTask {
  /** Its name in the `deno.json` of the folder. */
  readonly name: string;
  readonly args?: readonly string[];
  readonly folder: string;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Runs a task of `deno.json` and shows on standard output what it says, also
 * what it says on standard error: there stands nothing but why a release failed.
 *
 * @returns Its exit code.
 */
export async function runVisibly(
  { name, args = [], folder, signal }: VisibleTask,
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", name, ...args],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).spawn();
  const [{ code }] = await Promise.all([
    child.status,
    show(child.stdout),
    show(child.stderr),
  ]);
  return code;
}

async function show(stream: ReadableStream<Uint8Array>): Promise<void> {
  for await (const chunk of stream) {
    for (let rest = chunk; rest.length > 0;) {
      rest = rest.subarray(Deno.stdout.writeSync(rest));
    }
  }
}
