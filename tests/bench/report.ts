import * as echarts from "echarts";
import { run } from "../../tools/tool.ts";

/** One measured row; CPU time is in µs a message. */
export interface Figure {
  readonly name: string;
  readonly perSecond: number;
  readonly client: number;
  readonly broker: number;
  readonly database: number;
}

/** The middle one of some numbers; of an even number, the mean of the two. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A whole number with commas between its thousands. */
export function rounded(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/** The same of a rate. */
export function perSecond(count: number, milliseconds: number): string {
  return `${rounded(count / milliseconds * 1_000)}/s`;
}

/** Prints a heading and what it is about. */
export function heading(title: string, about: string): void {
  console.log(`\n${title}\n${about}`);
}

/** Gathers figures, and makes `docs/performance.md` and its charts of them. */
export class Report {
  readonly #figures = new Map<string, Figure>();
  readonly #rows: string[] = [];
  readonly #sections: string[] = [];
  readonly #charts = new Map<string, string>();

  /** Adds figures to the table, and a section with a chart of them. */
  add(title: string, about: string, figures: readonly Figure[]): void {
    for (const figure of figures) {
      this.#figures.set(`${title}: ${figure.name}`, figure);
    }
    const rows = figures.map(
      ({ name, perSecond, client, broker, database }) => {
        const parts = [client, broker, database];
        const busy = perSecond * parts.reduce((sum, part) => sum + part) / 1e6;
        const cells = parts.map((part) => part < 0.05 ? "–" : part.toFixed(1));
        return `| ${name} | ${rounded(perSecond)} | ${cells.join(" | ")} | ${
          busy.toFixed(2)
        } |`;
      },
    );
    this.#rows.push(`| **${title}** | | | | | |`, ...rows);
    this.section(title);
    this.note(about);
    this.chart(title, barChart(figures));
    console.log(rows.join("\n"));
  }

  /** A figure that was added. @param name Its section and its own. */
  figure(name: string): Figure {
    return this.#figures.get(name)!;
  }

  /** Begins a section. */
  section(title: string): void {
    this.#sections.push(`## ${title}`);
  }

  /** Adds a chart. */
  chart(title: string, svg: string): void {
    const file = `${title.toLowerCase().replaceAll(" ", "_")}.svg`;
    this.#charts.set(file, svg);
    this.#sections.push(`![${title}](performance/${file})`);
  }

  /** Adds a paragraph. */
  note(text: string): void {
    this.#sections.push(text);
    console.log(`  ${text}`);
  }

  /** Writes page and charts. @param docs The folder `docs`. */
  async write(docs: string): Promise<void> {
    await Deno.mkdir(`${docs}/performance`, { recursive: true });
    for (const [file, svg] of this.#charts) {
      await Deno.writeTextFile(`${docs}/performance/${file}`, svg);
    }
    const page = `${docs}/performance.md`;
    await Deno.writeTextFile(
      page,
      [
        "# Performance",
        "Written by `deno task bench`. Absolute figures are those of the " +
        `machine that made them (${navigator.hardwareConcurrency} cores, ` +
        `the broker beside it, Deno ${Deno.version.deno}); what holds elsewhere ` +
        "are the ratios, and best of all the CPU time per message, in µs, of " +
        "client, broker and database. All contenders ran in turn, several " +
        "times, and these are medians.",
        "| | messages/s | client | broker | database | cores busy |\n" +
        `| --- |${" ---: |".repeat(5)}\n${this.#rows.join("\n")}`,
        ...this.#sections,
      ].join("\n\n"),
    );
    await run(Deno.execPath(), ["fmt", "--quiet", page]);
  }
}

/** Rates as horizontal bars. */
function barChart(figures: readonly Figure[]): string {
  return renderSvg(760, 70 + 36 * figures.length, {
    grid: { left: 8, right: 90, top: 12, bottom: 32, containLabel: true },
    xAxis: {
      type: "value",
      name: "messages/s",
      nameLocation: "middle",
      nameGap: 28,
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: figures.map(({ name }) => name),
    },
    series: [{
      type: "bar",
      data: figures.map(({ name, perSecond }) => ({
        value: Math.round(perSecond),
        itemStyle: {
          color: name.startsWith("eventcounter") ? "#2f6feb" : "#9aa4b2",
        },
      })),
      label: {
        show: true,
        position: "right",
        formatter: ({ value }: { value: number }) => rounded(value),
      },
    }],
  });
}

/**
 * Draws a chart without a browser, legible in the light and in the dark.
 *
 * @param option As ECharts takes it.
 */
export function renderSvg(
  width: number,
  height: number,
  option: echarts.EChartsCoreOption,
): string {
  const chart = echarts.init(null, null, {
    renderer: "svg",
    ssr: true,
    width,
    height,
  });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      ...option,
    });
    return chart.renderToSVGString();
  } finally {
    // It would keep a timer alive.
    chart.dispose();
  }
}
