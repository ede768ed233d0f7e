import type { Ended, Running } from "../support/program.ts";
import type { Machine } from "./machine.ts";

const UNIT = "/lib/systemd/system/eventcounter.service";
const SETTINGS = "/etc/eventcounter/eventcounter.conf";

/**
 * Starts what the service starts, as systemd does: its command line, as its
 * user, with its variables, in its folder.
 */
export async function startService(machine: Machine): Promise<Running> {
  const unit = await Deno.readTextFile(machine.path(UNIT));
  const values = (name: string) =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([_, value]) =>
      value!
    );
  const env = Object.fromEntries([
    ...values("Environment"),
    ...settings(await Deno.readTextFile(machine.path(SETTINGS))),
  ].map((line) => /^(\w+)="?(.*?)"?$/.exec(line)!.slice(1)));
  const command = values("ExecStart")[0]!.split(" ").flatMap((word) =>
    word.startsWith("$")
      // A variable that stands alone is split into words.
      ? env[word.slice(1)].split(/\s+/).filter((word: string) => word !== "")
      : [word]
  );
  return machine.start(command, {
    env,
    user: values("User")[0]!,
    cwd: values("WorkingDirectory")[0]!,
  });
}

/** Runs what the service runs to its end. */
export async function runService(machine: Machine): Promise<Ended> {
  return await (await startService(machine)).ended;
}

/** Adds lines to the settings, as an operator does. */
export async function configure(
  machine: Machine,
  ...lines: string[]
): Promise<void> {
  const path = machine.path(SETTINGS);
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, `${text}${lines.join("\n")}\n`);
}

function settings(text: string): string[] {
  return text.split("\n").filter((line) => /^\w+=/.test(line));
}
