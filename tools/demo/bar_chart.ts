/** ANSI colours of the types, in turn. */
const COLORS = [36, 33, 35];

/** Columns of the longest bar. */
const WIDTH = 40;

/**
 * Draws counts for a terminal: a block per user, a bar per type.
 *
 * @param counts Per type, per user.
 * @param colored Whether to use ANSI colours.
 */
export function barChart(
  counts: ReadonlyMap<string, Readonly<Record<string, number>>>,
  colored: boolean,
): string {
  const types = [...counts];
  const users = [...new Set(types.flatMap(([, of]) => Object.keys(of)))].sort();
  const largest = Math.max(...types.flatMap(([, of]) => Object.values(of)));
  const userWidth = Math.max(...users.map((user) => user.length));
  const typeWidth = Math.max(...types.map(([type]) => type.length));
  const lines = users.flatMap((user) =>
    types.map(([type, of], i) => {
      const count = of[user] ?? 0;
      const bar = "█".repeat(Math.round(count / largest * WIDTH)) || "▏";
      const color = COLORS[i % COLORS.length];
      const painted = colored ? `\x1b[${color}m${bar}\x1b[0m` : bar;
      const name = i === 0 ? user : "";
      return `  ${name.padEnd(userWidth)}  ${
        type.padEnd(typeWidth)
      } ${painted} ${count}`;
    })
  );
  return lines.join("\n");
}
