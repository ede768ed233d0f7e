import type { ProgressLine } from "./stderr.ts";
import { colored } from "./terminal.ts";
import type { TextMeasure } from "./text_measure.ts";

/** Columns of a bar: as many as there is room for. */
const SHORTEST_BAR = 5;
const LONGEST_BAR = 30;

/** Columns between two parts. */
const GAP = 2;

/** The rank of what stands before the bar, and is shown last. */
export const TITLE = 9;

/** Something that a line tells. */
export interface Part {
  readonly text: string;
  /** Those with less are shown first where there is little room. */
  readonly rank: number;
}

/** How a line is drawn. */
export interface LineStyle {
  /** Whether it may have colours. */
  readonly colors: boolean;
  /** That of the texts. */
  readonly measure: TextMeasure;
}

/**
 * Draws a bar and what there is to tell beside it, in less than so many
 * columns: as much as there is room for, the most important parts first.
 *
 * @param parts In the order they stand in.
 * @param share How full the bar is, from 0 to 1; without one, there is no bar.
 */
export function barLine(
  parts: readonly Part[],
  share: number | undefined,
  columns: number,
  { colors, measure }: LineStyle,
): ProgressLine {
  const room = columns - 1;
  const bar = share === undefined ? "" : `${percent(share)}`;
  const barRoom = share === undefined ? 0 : SHORTEST_BAR + 1 + bar.length;
  const measured = parts.map((part) => ({
    ...part,
    width: measure.widthOf(part.text),
  }));
  const shown = fitting(measured, room - barRoom, barRoom > 0);
  if (share !== undefined) {
    const used = widthWith(shown) + GAP;
    const length = Math.min(LONGEST_BAR, room - used - 1 - bar.length);
    const drawn = length < SHORTEST_BAR ? { text: bar, width: bar.length } : {
      text: `${drawBar(share, length, colors)} ${bar}`,
      width: length + 1 + bar.length,
    };
    const at = shown[0]?.rank === TITLE ? 1 : 0;
    shown.splice(at, 0, { ...drawn, rank: TITLE });
  }
  const text = shown.map(({ text }) => text).join(" ".repeat(GAP));
  const width = widthWith(shown);
  if (width <= room) return { text, width };
  // No bar is drawn where there is so little room, so it has no colours.
  const rest = measure.cut(text, Math.max(room, 1));
  return { text: rest, width: measure.widthOf(rest) };
}

interface MeasuredPart extends Part {
  readonly width: number;
}

/** The columns of some parts in a row. */
function widthWith(parts: readonly MeasuredPart[]): number {
  return parts.reduce((sum, { width }) => sum + width + GAP, -GAP);
}

/** Those that there is room for, in their order. */
function fitting(
  parts: readonly MeasuredPart[],
  room: number,
  follows: boolean,
): MeasuredPart[] {
  const shown = new Set<MeasuredPart>();
  let left = follows ? room : room + GAP;
  for (const part of parts.toSorted((a, b) => a.rank - b.rank)) {
    if (part.width + GAP > left && shown.size > 0) continue;
    shown.add(part);
    left -= part.width + GAP;
  }
  return parts.filter((part) => shown.has(part));
}

function drawBar(share: number, length: number, colors: boolean): string {
  const full = Math.round(share * length);
  const done = "█".repeat(full);
  return `${colors ? colored(done) : done}${"░".repeat(length - full)}`;
}

/** What is not wholly there is no 100 %. */
function percent(share: number): string {
  return `${Math.floor(share * 100)} %`.padStart(5);
}

/** How long it takes, for people. */
export function timeText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
