import { fileURLToPath } from "node:url";
import { findFreePort } from "../../tools/broker/free_port.ts";
import { CONFIGURATION } from "../support/program.ts";
import { Terminal } from "../support/terminal.ts";
import type { Drain } from "./drain.ts";
import { drainInTurn, type Extent, FilledQueue } from "./drain_bench.ts";
import type { Task } from "./peers.ts";
import { type Report, rounded } from "./report.ts";

const PROGRAM = fileURLToPath(new URL("watched_program.ts", import.meta.url));

/** Between two scrapes, in ms; Prometheus is usually told some 15 s. */
const SCRAPE_INTERVAL = 1_000;

const PLAIN = "nobody watches";
const TERMINAL = "progress on a terminal";
const METRICS = "--metrics-file and --listen";

/**
 * What it costs to show progress, and to tell metrics. Both cost little, so the
 * drains are long: of a stream, which has to be filled but once.
 */
export async function benchWatched(
  report: Report,
  url: string,
  folder: string,
  { rounds, size }: Extent,
): Promise<void> {
  await using stream = await FilledQueue.make(url, size, {
    "x-queue-type": "stream",
  });
  const drains = await drainInTurn(url, { rounds, size }, [
    { name: PLAIN, drain: (task) => drainAlone(task, folder) },
    { name: TERMINAL, drain: (task) => drainOnTerminal(task, folder) },
    { name: METRICS, drain: (task) => drainScraped(task, folder) },
  ], (contender) => stream.drain(contender));
  report.add(
    "Watched",
    `${rounds} rounds of ${rounded(size)} messages out of one stream, ` +
      "by the whole program.",
    drains.figures,
  );
  report.note(
    `With the progress bar it drains at ${
      drains.ratio(TERMINAL, PLAIN)
    } times the rate that it has without, for ${
      drains.cpuRatio(TERMINAL, PLAIN)
    } times the CPU time of the client; with metrics that are scraped once a second at ${
      drains.ratio(METRICS, PLAIN)
    } times that rate, for ${
      drains.cpuRatio(METRICS, PLAIN)
    } times that time (medians of ratios within a round).`,
  );
}

async function drainAlone(
  task: Task,
  folder: string,
  ...options: string[]
): Promise<Drain> {
  const { command, read } = programFor(task, folder, options);
  const [program, ...args] = command;
  await new Deno.Command(program!, { args, stdout: "null", stderr: "null" })
    .spawn().status;
  return await read();
}

async function drainOnTerminal(task: Task, folder: string): Promise<Drain> {
  const { command, read } = programFor(task, folder);
  await using terminal = new Terminal(command);
  await terminal.ended;
  return await read();
}

async function drainScraped(task: Task, folder: string): Promise<Drain> {
  const port = findFreePort();
  const scraper = setInterval(() => {
    // Before it listens, and after its end, nobody is there.
    fetch(`http://127.0.0.1:${port}/metrics`)
      .then((response) => response.text()).catch(() => {});
  }, SCRAPE_INTERVAL);
  try {
    return await drainAlone(
      task,
      folder,
      ...["--metrics-file", `${folder}/eventcounter.prom`],
      ...["--listen", `127.0.0.1:${port}`],
    );
  } finally {
    clearInterval(scraper);
  }
}

function programFor(
  { url, queue, prefetch }: Task,
  folder: string,
  options: readonly string[] = [],
) {
  const place = `${folder}/${crypto.randomUUID()}`;
  const command = [
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-lock"],
    ...["-c", CONFIGURATION, "--allow-all", PROGRAM, `${place}.json`],
    ...["count", "--amqp-url", url, "--queue", queue, "--out", place],
    ...["--prefetch", `${prefetch}`, "--checkpoint-size", `${prefetch / 2}`],
    ...["--until-empty", ...options],
  ];
  const read = async (): Promise<Drain> =>
    JSON.parse(await Deno.readTextFile(`${place}.json`));
  return { command, read };
}
