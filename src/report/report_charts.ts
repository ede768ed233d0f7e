import { BarChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  TitleComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import {
  type BusyUser,
  type ReportFacts,
  SHOWN_TYPES,
} from "./report_facts.ts";

echarts.use([
  BarChart,
  GridComponent,
  LegendComponent,
  TitleComponent,
  SVGRenderer,
]);

/** Users in the chart of the busiest. */
const USERS = 20;

/** Runs in the chart of runs; a bar of each must be seen. */
const RUNS = 40;

/** Characters of a name on an axis. */
const LONGEST_NAME = 24;

/** Between black on white and white on black: read on either. */
const GREY = "#7d8590";

/** Told apart also by those who do not see red and green (Okabe and Ito). */
const TYPE_COLORS = [
  ...["#0072b2", "#e69f00", "#009e73"],
  ...["#cc79a7", "#56b4e9", "#b8a900"],
];
const COUNTED = "#009e73";
const REJECTED = "#d55e00";

/** What a chart says in a sentence, and its pictures. */
export interface Chart {
  readonly title: string;
  /** As SVG, for pages of these widths in pixels; the widest first. */
  readonly pictures: readonly string[];
}

/** Widths that pictures are made for: a screen and a phone. */
export const WIDTHS = [900, 360] as const;

/** The charts of a report; none of what it has nothing of. */
export function drawCharts(facts: ReportFacts): Chart[] {
  return [
    busiestUsers(facts),
    runsOverTime(facts),
    rejectionsByReason(facts),
  ].filter((chart) => chart !== undefined);
}

function busiestUsers({ busiest, types }: ReportFacts): Chart | undefined {
  const users = busiest.slice(0, USERS);
  const shown = [...types.keys()].slice(0, SHOWN_TYPES);
  // By its name, so that a type keeps its colour when another overtakes it.
  const order = shown.toSorted();
  const series = shown.map((type) => ({
    name: type,
    color: TYPE_COLORS[order.indexOf(type)]!,
    values: users.map(({ byType }) => byType.get(type) ?? 0),
  }));
  const rest = ({ events, byType }: BusyUser) =>
    shown.reduce((rest, type) => rest - (byType.get(type) ?? 0), events);
  if (types.size > shown.length) {
    const values = users.map(rest);
    series.push({ name: "other types", color: GREY, values });
  }
  return barChart("Busiest users", {
    names: users.map(({ user }) => shortened(user)),
    series,
    lies: true,
  });
}

function runsOverTime({ runs }: ReportFacts): Chart | undefined {
  const ended = runs.filter(({ endedAt }) => endedAt !== undefined)
    .slice(-RUNS);
  return barChart("The last runs, by what became of deliveries", {
    names: ended.map(({ startedAt }) =>
      new Date(startedAt).toISOString().slice(5, 16).replace("T", " ")
    ),
    series: [
      {
        name: "counted",
        color: COUNTED,
        values: ended.map(({ unique = 0 }) => unique),
      },
      {
        name: "duplicates",
        color: GREY,
        values: ended.map(({ duplicates = 0 }) => duplicates),
      },
      {
        name: "rejected",
        color: REJECTED,
        // What a replay leaves was rejected before.
        values: ended.map(({ rejected = 0, stopped }) =>
          stopped === "replay" ? 0 : rejected
        ),
      },
    ],
    lies: false,
  });
}

function rejectionsByReason({ rejections }: ReportFacts): Chart | undefined {
  return barChart("Rejections by reason", {
    names: rejections.map(({ reason }) => reason),
    series: [{
      name: "rejections",
      color: REJECTED,
      values: rejections.map(({ rejections }) => rejections),
    }],
    lies: true,
  });
}

/** Bars that are stacked, one for each name. */
interface Bars {
  readonly names: readonly string[];
  readonly series: readonly {
    readonly name: string;
    readonly color: string;
    readonly values: readonly number[];
  }[];
  /** Whether they lie, with the first one on top, or stand. */
  readonly lies: boolean;
}

function barChart(title: string, bars: Bars): Chart | undefined {
  if (bars.names.length === 0) return undefined;
  return { title, pictures: WIDTHS.map((width) => draw(bars, width)) };
}

function draw({ names, series, lies }: Bars, width: number): string {
  const top = series.length === 1 ? 8 : 44;
  const height = lies ? top + 46 + 24 * names.length : 320;
  const chart = echarts.init(null, null, {
    renderer: "svg",
    ssr: true,
    width,
    height,
  });
  const line = { lineStyle: { color: GREY, opacity: 0.3 } };
  const label = { color: GREY, hideOverlap: true };
  const category = {
    type: "category",
    data: names,
    inverse: lies,
    axisLabel: label,
    axisTick: { show: false },
    axisLine: line,
  } as const;
  const value = {
    type: "value",
    minInterval: 1,
    axisLabel: label,
    splitLine: line,
    splitNumber: width < 500 ? 2 : 5,
  } as const;
  chart.setOption({
    animation: false,
    backgroundColor: "transparent",
    legend: series.length === 1 ? undefined : {
      textStyle: { color: GREY },
      ...{ top: 0, type: "plain", itemWidth: 14, itemGap: 20 },
    },
    grid: { left: 8, right: 24, top, bottom: 8, outerBoundsMode: "same" },
    xAxis: lies ? value : category,
    yAxis: lies ? category : value,
    series: series.map(({ name, color, values }) => ({
      ...{ name, color },
      type: "bar",
      stack: "all",
      barMaxWidth: 22,
      data: [...values],
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function shortened(name: string): string {
  return name.length > LONGEST_NAME
    ? `${name.slice(0, LONGEST_NAME - 1)}…`
    : name;
}
