/** A metric in Prometheus' text format: its two comments and its series. */
interface Metric {
  readonly comments: readonly string[];
  /** Whether its series only grow: those of counters and of histograms. */
  readonly grows: boolean;
  /** The values by name and labels, in their order. */
  readonly series: Map<string, string>;
}

/**
 * Adds what counters and histograms had come to in an earlier text to those of
 * a text, both in Prometheus' text format. Series that only the earlier one has
 * go on as they were.
 *
 * Whoever reads a file only now and then sees the last values of each run. If
 * every run began at 0, two equal ones would look like none.
 */
export function continueCounters(text: string, earlier: string): string {
  const metrics = metricsIn(text);
  for (const [name, before] of metricsIn(earlier)) {
    const metric = metrics.get(name);
    if (metric === undefined || !metric.grows || !before.grows) continue;
    for (const [key, value] of before.series) {
      const now = metric.series.get(key) ?? 0;
      const sum = Number(now) + Number(value);
      if (sum >= 0) metric.series.set(key, String(sum));
    }
  }
  return [...metrics.values()].map(({ comments, series }) =>
    [...comments, ...series.entries().map((entry) => entry.join(" ")), ""]
      .join("\n")
  ).join("\n");
}

function metricsIn(text: string): Map<string, Metric> {
  const metrics = new Map<string, Metric>();
  for (const block of text.split(/^(?=# HELP )/m)) {
    const lines = block.split("\n").filter((line) => line !== "");
    const comments = lines.filter((line) => line.startsWith("#"));
    const [, name, type] = /^# TYPE (\w+) (\w+)$/m.exec(block) ?? [];
    if (name === undefined) continue;
    const series = new Map<string, string>();
    for (const line of lines.slice(comments.length)) {
      const at = line.lastIndexOf(" ");
      series.set(line.slice(0, at), line.slice(at + 1));
    }
    const grows = type === "counter" || type === "histogram";
    metrics.set(name, { comments, grows, series });
  }
  return metrics;
}
