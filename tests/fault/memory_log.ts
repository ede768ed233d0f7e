/** What an id may take at most: 16 bytes in a table that is 53 % full. */
const BYTES_PER_ID = 32;

/**
 * Resident memory also holds what the garbage collector has not looked at yet:
 * that comes and goes, and does not grow with the messages.
 */
const SLACK = 64 * 1024 * 1024;

/** A process is judged by what it grows after its first minute, in ms. */
const WARM_UP = 60_000;

interface Sample {
  readonly at: number;
  readonly resident: number;
  readonly ids: number;
}

/** The resident memory of one process over its life. */
export class MemoryLog {
  readonly #samples: Sample[] = [];

  /**
   * Looks at the process now.
   *
   * @param ids How many ids it has seen, about.
   */
  async sample(pid: number, ids: number): Promise<void> {
    const resident = await residentMemory(pid);
    if (resident === undefined) return;
    this.#samples.push({ at: performance.now(), resident, ids });
  }

  /**
   * How it grew after its first minute; nothing if it has not lived so long.
   */
  get verdict():
    | { readonly text: string; readonly isFine: boolean }
    | undefined {
    const start = this.#samples[0]?.at ?? 0;
    const warm = this.#samples.filter(({ at }) => at >= start + WARM_UP);
    if (warm.length < 10) return undefined;
    // Peaks: what the collector frees in between does not hide growth.
    const tail = Math.ceil(warm.length / 4);
    const first = peak(warm.slice(0, tail));
    const last = peak(warm.slice(-tail));
    const grown = last.resident - first.resident;
    const ids = warm.at(-1)!.ids - warm[0]!.ids;
    const allowed = ids * BYTES_PER_ID + SLACK;
    return {
      text: `${mebibytes(first.resident)} MiB after a minute, ` +
        `${mebibytes(last.resident)} MiB at the end: ` +
        `grown by ${mebibytes(grown)} MiB with ${ids} new ids ` +
        `(they account for ${mebibytes(ids * BYTES_PER_ID)} MiB)`,
      isFine: grown <= allowed,
    };
  }
}

/** In bytes; nothing once the process has ended, or where this is no Linux. */
async function residentMemory(pid: number): Promise<number | undefined> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

function peak(samples: readonly Sample[]): Sample {
  return samples.reduce((highest, sample) =>
    sample.resident > highest.resident ? sample : highest
  );
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
