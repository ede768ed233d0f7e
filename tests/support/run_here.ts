import { run } from "../../src/cli/run.ts";

/**
 * Runs the program in this process, for the many short cases of a command line;
 * its output folder is a temporary one.
 */
export async function runHere(
  args: readonly string[],
): Promise<{ code: number; printed: string; complaints: string[] }> {
  const folder = await Deno.makeTempDir();
  Deno.env.set("EVENTCOUNTER_OUT", folder);
  const [printed, complaints]: [string[], string[]] = [[], []];
  const { error, log } = console;
  console.log = (text: string) => printed.push(text);
  console.error = (line: string) => complaints.push(line);
  try {
    const code = await run(args, () => {});
    return { code, printed: printed.join("\n"), complaints };
  } finally {
    Object.assign(console, { error, log });
    Deno.env.delete("EVENTCOUNTER_OUT");
    await Deno.remove(folder, { recursive: true });
  }
}
