const MEBIBYTE = 1024 * 1024;

/**
 * What V8 may use for objects, in MiB: those that stay, and each half of the
 * young ones. A process that keeps more is ended by V8 itself, and one that
 * does not is collected so often that its memory shows what it keeps. The
 * tables of ids are no objects.
 */
export const HEAP = {
  DENO_V8_FLAGS: "--max-old-space-size=32,--max-semi-space-size=4",
};

/**
 * What an id may take, in bytes: its 16 in tables that are 53 to 80 % full,
 * evenly spread, which is 24.7 on average whatever their number.
 */
export const BYTES_PER_ID = 24.7;

/**
 * What a process may have at any time, memory besides its ids. It begins with
 * 27 MiB, has the heap above, up to 30 MiB of tables that larger ones have
 * replaced and V8 has not freed yet, and the messages of a window or two.
 */
const MOST = {
  memory: 120 * MEBIBYTE,
  descriptors: 40,
  files: 16,
  log: 32 * MEBIBYTE,
};

/** Growth is looked for once a process has been up for so long, in ms. */
const WARM_UP = 60_000;

/**
 * Samples are averaged over so long, in ms: replaced tables gather and are
 * freed within a minute or two, so what is nearer than that is alike.
 */
const BLOCK = 120_000;

/** Bytes of an event that a program may seem to keep, within the errors. */
const LEAK = 4;

/** What one look at a process and its output folder has found. */
export interface Sample {
  /** In ms. */
  readonly at: number;
  /** Events in the ledger. */
  readonly events: number;
  /** Anonymous memory, in bytes: not the pages of the executable. */
  readonly memory: number;
  /** Open file descriptors. */
  readonly descriptors: number;
  /** Files in the folder, hidden ones too. */
  readonly files: number;
  /** SQLite's log, in bytes. */
  readonly log: number;
}

/** What the lives of a process come to. */
export interface Verdict {
  readonly text: string;
  /** What is too much. */
  readonly problems: readonly string[];
}

/** Looks at a process of Linux. @returns Nothing if it has just ended. */
export async function look(
  pid: number,
  folder: string,
  events: number,
): Promise<Sample | undefined> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
    if (kibibytes === undefined) return undefined;
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    const log = names.find((name) => name.endsWith(".db-wal"));
    return {
      at: performance.now(),
      events,
      memory: Number(kibibytes) * 1024,
      descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
      files: names.length,
      log: log === undefined ? 0 : (await Deno.stat(`${folder}/${log}`)).size,
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Judges the lives of a program. Memory besides the ids, descriptors, files and
 * log must never be more than the most above, and that memory must not grow
 * with the events: the slope of a straight line through all lives, fitted by
 * least squares, must not surely (by two standard errors) be more than
 * {@linkcode LEAK}.
 *
 * @param bytesPerId Of the ids that the program keeps in memory.
 */
export function judge(
  lives: readonly (readonly Sample[])[],
  bytesPerId: number,
): Verdict {
  const rest = lives.map((life) =>
    life.map((sample) => ({
      ...sample,
      memory: sample.memory - bytesPerId * sample.events,
    }))
  );
  const problems: string[] = [];
  const peaks = (Object.keys(MOST) as (keyof typeof MOST)[]).map((what) => {
    const most = rest.flat().reduce((peak, s) => Math.max(peak, s[what]), 0);
    const show = (number: number) =>
      MOST[what] < MEBIBYTE ? `${number}` : `${mebibytes(number)} MiB`;
    if (most > MOST[what]) {
      problems.push(`${what}: ${show(most)}, more than ${show(MOST[what])}`);
    }
    return `${what} ${show(most)}`;
  });
  const growth = fit(rest.flatMap(warmBlocks));
  if (growth.slope - 2 * growth.error > LEAK) {
    problems.push(`memory grows with the events: ${tell(growth)}`);
  }
  return {
    text: `besides ids at most ${peaks.join(", ")}; ${tell(growth)}`,
    problems,
  };
}

interface Growth {
  /** Bytes an event. */
  readonly slope: number;
  /** Its standard error; infinite if there are too few points. */
  readonly error: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function warmBlocks(life: readonly Sample[]): Point[] {
  const start = (life[0]?.at ?? 0) + WARM_UP;
  const blocks = Map.groupBy(
    life.filter(({ at }) => at >= start),
    ({ at }) => Math.floor((at - start) / BLOCK),
  );
  return [...blocks.values()].map((samples) => ({
    x: mean(samples.map(({ events }) => events)),
    y: mean(samples.map(({ memory }) => memory)),
  }));
}

function fit(points: readonly Point[]): Growth {
  const middle = {
    x: mean(points.map(({ x }) => x)),
    y: mean(points.map(({ y }) => y)),
  };
  const sum = (of: (x: number, y: number) => number) =>
    points.reduce((sum, { x, y }) => sum + of(x - middle.x, y - middle.y), 0);
  const spread = sum((x) => x * x);
  const slope = sum((x, y) => x * y) / spread;
  const left = sum((x, y) => (y - slope * x) ** 2);
  const free = points.length - 2;
  if (free < 1) return { slope: NaN, error: Infinity };
  return { slope, error: Math.sqrt(left / free / spread) };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function tell({ slope, error }: Growth): string {
  if (error === Infinity) return "too short to tell growth";
  return `growth ${slope.toFixed(1)} ± ${
    (2 * error).toFixed(1)
  } bytes an event`;
}

function mebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(0);
}
