/**
 * Draws what a real run shows on a terminal into `docs/run.svg`, the picture in
 * README.md: `deno task picture`. It publishes to a RabbitMQ of its own and
 * counts, on a pseudo-terminal that script(1) makes.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startPrivateBroker } from "./broker.ts";
import { run, runTool, TemporaryFolder, ToolError } from "./tool.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = `${ROOT}docs/run.svg`;

const MESSAGES = ["--size", "60000", "--users", "40", "--seed", "12"];
const FLAWS = ["--duplicates", "0.1", "--invalid", "0.002"];

/** Of the terminal, and of the picture. */
const COLUMNS = 84;
const CHARACTER = { width: 8.4, height: 19 };
const MARGIN = 16;

async function picture([configuration]: readonly string[]): Promise<number> {
  if (configuration === undefined) {
    throw new ToolError("Cannot draw: give the deno.json to run with", 2);
  }
  const command = [
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--allow-all"],
    ...["-c", resolve(configuration), `${ROOT}main.ts`],
  ];
  await using folder = await TemporaryFolder.make();
  await using broker = await startPrivateBroker();
  const eventcounter = (...args: string[]) =>
    onTerminal([...command, ...args], broker.url, folder.path);
  await eventcounter("publish", ...MESSAGES, ...FLAWS);
  const typed = ["--out", "counts", "--until-empty"];
  const shown = await eventcounter(...typed);
  const lines = [`$ eventcounter ${typed.join(" ")}`, ...linesOf(shown)];
  await Deno.writeTextFile(OUT, draw(lines));
  await run(Deno.execPath(), ["fmt", "--quiet", OUT]);
  console.log(OUT);
  return 0;
}

/** Runs a program on a terminal. @returns All that it has written. */
async function onTerminal(
  program: readonly string[],
  url: string,
  cwd: string,
): Promise<string> {
  const command = `stty cols ${COLUMNS}; exec ${program.join(" ")}`;
  const { code, stdout } = await run("script", [
    ...["--quiet", "--return", "--command", command, "/dev/null"],
  ], { cwd, env: { AMQP_URL: url, TERM: "xterm", NO_COLOR: undefined } });
  if (code === 0) return stdout;
  throw new ToolError(
    `Cannot draw a run: it ended with code ${code}: ${stdout}`,
  );
}

/** What stood on the terminal, and before it the progress in the middle. */
function linesOf(text: string): string[] {
  // deno-lint-ignore no-control-regex
  const plain = text.replaceAll(/\x1b\[[0-9;?]*[A-Zac-ln-z]/g, "");
  const rewritten = plain.split(/[\r\n]+/).filter((line) => line.includes("%"));
  const progress = rewritten.filter((line) => !line.startsWith("  "));
  const middle = progress[Math.floor(progress.length / 2)];
  const lines = plain.split("\n").map((line) =>
    line.replace(/\r+$/, "").split("\r").at(-1)!.trimEnd()
  );
  const summary = lines.slice(lines.findIndex((it) => / received: /.test(it)));
  return [...(middle === undefined ? [] : [middle]), ...summary].join("\n")
    .trimEnd().split("\n");
}

/** Lines of a terminal as SVG, with the one colour that the program has. */
function draw(lines: readonly string[]): string {
  const width = Math.ceil(COLUMNS * CHARACTER.width) + 2 * MARGIN;
  const height = lines.length * CHARACTER.height + 2 * MARGIN;
  const texts = lines.map((line, row) => {
    const y = MARGIN + (row + 0.75) * CHARACTER.height;
    return pieces(line).map(({ text, column, colored }) =>
      `<text x="${(MARGIN + column * CHARACTER.width).toFixed(1)}" y="${y}" ` +
      `textLength="${(text.length * CHARACTER.width).toFixed(1)}"${
        colored ? ' class="bar"' : row === 0 ? ' class="typed"' : ""
      }>${escape(text)}</text>`
    ).join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A run of eventcounter on a terminal">
<style>text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #e6edf3; white-space: pre; } .bar { fill: #39c5cf; } .typed { fill: #7ee787; }</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${texts.filter((text) => text !== "").join("\n")}
</svg>
`;
}

/** A line in pieces of one colour each, without the blanks around them. */
function pieces(
  line: string,
): { text: string; column: number; colored: boolean }[] {
  const found: { text: string; column: number; colored: boolean }[] = [];
  let column = 0, colored = false;
  // deno-lint-ignore no-control-regex
  for (const part of line.split(/(\x1b\[[0-9;]*m)/)) {
    if (part.startsWith("\x1b")) {
      colored = part === "\x1b[36m";
      continue;
    }
    const text = part.trim();
    if (text !== "") {
      found.push({ text, column: column + part.indexOf(text), colored });
    }
    column += part.length;
  }
  return found;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

if (import.meta.main) await runTool(picture);
