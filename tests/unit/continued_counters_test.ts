import { assertEquals } from "@std/assert";
import { continueCounters } from "../../src/metrics/continued_counters.ts";
import { test } from "../support/pure.ts";

test("continueCounters() goes on where an earlier text ends, and leaves gauges as they are", () => {
  const text = (series: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(series).map(([about, lines]) => {
      const [name, type] = about.split(" ");
      return [`# HELP ${name} What it is.`, `# TYPE ${name} ${type}`, ...lines]
        .join("\n") + "\n";
    }).join("\n");
  const now = {
    "taken counter": ['taken{outcome="counted"} 2', 'taken{outcome="other"} 0'],
    "time histogram": [
      'time_bucket{le="1"} 1',
      "time_sum 0.25",
      "time_count 1",
    ],
    "up gauge": ["up 1"],
    "new counter": ["new 1"],
  };
  const earlier = text({
    "gone counter": ["gone 1"],
    "taken counter": ['taken{outcome="counted"} 40', 'taken{outcome="gone"} 3'],
    "time histogram": ['time_bucket{le="1"} 5', "time_sum 1.5", "time_count 6"],
    "up gauge": ["up 0"],
    "new gauge": ["new 5"],
  });
  assertEquals(
    continueCounters(text(now), earlier),
    text({
      ...now,
      "taken counter": [
        'taken{outcome="counted"} 42',
        'taken{outcome="other"} 0',
        'taken{outcome="gone"} 3',
      ],
      "time histogram": [
        'time_bucket{le="1"} 6',
        "time_sum 1.75",
        "time_count 7",
      ],
    }),
  );
  for (
    const damaged of ["", "taken 1", text({ "taken counter": ["taken x"] })]
  ) {
    assertEquals(continueCounters(text(now), damaged), text(now));
  }
});
