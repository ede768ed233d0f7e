/** Ticks per second of the times in `/proc/PID/stat` on Linux. */
const TICKS = 100;

/**
 * CPU time that all processes of a name have taken so far, in µs; 0 where there
 * is no `/proc`. The children of PostgreSQL that have ended are in it: the
 * server waits for them, and their time becomes its own.
 */
export function cpuOfServers(name: "beam.smp" | "postgres"): number {
  let ticks = 0;
  for (const pid of entriesOf("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
      const [, comm, rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat)!;
      if (comm !== name) continue;
      // utime, stime, cutime, cstime: fields 14 to 17 of proc(5).
      ticks += rest!.split(" ").slice(11, 15).map(Number)
        .reduce((sum, time) => sum + time);
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks / TICKS * 1_000_000;
}

function entriesOf(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return [];
  }
}
