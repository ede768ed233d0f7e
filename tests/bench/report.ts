import * as echarts from "echarts";
import type { Cost } from "./scaling_model.ts";

/** One measured row. */
export interface Figure extends Cost {
  readonly name: string;
  readonly perSecond: number;
}

/** The middle one of some numbers; of an even number, the mean of the two. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A rate with commas between its thousands. */
export function perSecond(count: number, milliseconds: number): string {
  return Math.round(count / milliseconds * 1_000).toLocaleString("en-US") +
    "/s";
}

/** Prints a heading and what it is about. */
export function heading(title: string, about: string): void {
  console.log(`\n${title}\n${about}`);
}

/** Gathers figures, and makes `docs/performance.md` and its charts of them. */
export class Report {
  readonly #sections: string[] = [];
  readonly #charts = new Map<string, string>();

  /** Adds a table of figures, and a chart of them. */
  add(title: string, about: string, figures: readonly Figure[]): void {
    const file = `${title.toLowerCase().replaceAll(" ", "_")}.svg`;
    this.#charts.set(file, barChart(figures));
    const rows = figures.map((figure) =>
      `| ${figure.name} | ${
        Math.round(figure.perSecond).toLocaleString("en-US")
      } | ${
        [figure.client, figure.broker, figure.database].map((cpu) =>
          cpu < 0.05 ? "–" : cpu.toFixed(1)
        ).join(" | ")
      } |`
    );
    this.#sections.push(
      `## ${title}\n\n${about}\n\n![${title}](performance/${file})\n\n` +
        "| | messages/s | client | broker | database |\n" +
        `| --- | ---: | ---: | ---: | ---: |\n${rows.join("\n")}`,
    );
    console.log(rows.join("\n"));
  }

  /** Adds a chart that another page shows. */
  addChart(file: string, svg: string): void {
    this.#charts.set(file, svg);
  }

  /** Adds a sentence. */
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
    await Deno.writeTextFile(
      `${docs}/performance.md`,
      [
        "# Performance",
        "Written by `deno task bench`. Absolute figures are those of the " +
        `machine that made them (${navigator.hardwareConcurrency} cores, ` +
        `the broker beside it, Deno ${Deno.version.deno}); what holds elsewhere ` +
        "are the ratios, and best of all the CPU time per message, in µs, of " +
        "client, broker and database. All contenders ran in turn, several " +
        "times, and these are medians.",
        ...this.#sections,
      ].join("\n\n") + "\n",
    );
  }
}

/** Rates as horizontal bars. */
function barChart(figures: readonly Figure[]): string {
  return renderSvg(760, 70 + 36 * figures.length, {
    grid: { left: 8, right: 90, top: 12, bottom: 36, containLabel: true },
    xAxis: { type: "value", name: "messages/s", nameLocation: "middle" },
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
        formatter: ({ value }: { value: number }) =>
          value.toLocaleString("en-US"),
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
