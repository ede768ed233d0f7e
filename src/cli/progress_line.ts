import { grouped } from "../model/words.ts";
import type { Progress } from "./progress.ts";
import type { ProgressLine } from "./stderr.ts";
import { colored, printable } from "./terminal.ts";
import type { TextMeasure } from "./text_measure.ts";

/** Columns of a bar: as many as there is room for. */
const SHORTEST_BAR = 5;
const LONGEST_BAR = 30;

/** Columns between two parts. */
const GAP = 2;

/** What the line tells of a run. */
export interface RunState extends Progress {
  /** What is read: a queue, or a file. */
  readonly name: string;
  /** Messages per second, lately. */
  readonly rate: number;
  /** How much of what is there has been taken, from 0 to 1, if it is known. */
  readonly share: number | undefined;
  /** Messages that there are, with those received, if it is known. */
  readonly total: number | undefined;
  /** How long the rest takes at this rate, in ms, if it is known. */
  readonly timeLeft: number | undefined;
  readonly attached: boolean;
  /** How often the connection was lost. */
  readonly losses: number;
  /** How long silence has to go on, in ms, while it is one. */
  readonly idleTimeLeft: number | undefined;
}

/**
 * Tells of a run in less than so many columns: as much as there is room for,
 * the most important parts first.
 */
export function progressLine(
  state: RunState,
  columns: number,
  { colors, measure }: ProgressStyle,
): ProgressLine {
  const room = columns - 1;
  const { widthOf } = measure;
  const { share } = state;
  const bar = share === undefined ? "" : `${percent(share)}`;
  const barRoom = share === undefined ? 0 : SHORTEST_BAR + 1 + bar.length;
  const parts = partsOf(state).map((part) => ({
    ...part,
    width: widthOf(part.text),
  }));
  const shown = fitting(parts, room - barRoom, barRoom > 0);
  if (share !== undefined) {
    const used = widthWith(shown) + GAP;
    const length = Math.min(LONGEST_BAR, room - used - 1 - bar.length);
    const drawn = length < SHORTEST_BAR ? { text: bar, width: bar.length } : {
      text: `${drawBar(share, length, colors)} ${bar}`,
      width: length + 1 + bar.length,
    };
    // What is read stands before the bar.
    const at = shown[0]?.rank === LAST ? 1 : 0;
    shown.splice(at, 0, { ...drawn, rank: LAST });
  }
  const text = shown.map(({ text }) => text).join(" ".repeat(GAP));
  const width = widthWith(shown);
  if (width <= room) return { text, width };
  // No bar is drawn where there is so little room, so it has no colours.
  const rest = measure.cut(text, Math.max(room, 1));
  return { text: rest, width: widthOf(rest) };
}

/** How the line is drawn. */
export interface ProgressStyle {
  /** Whether it may have colours. */
  readonly colors: boolean;
  /** That of what is read. */
  readonly measure: TextMeasure;
}

interface Part {
  readonly text: string;
  readonly width: number;
  /** Those with less are shown first where there is little room. */
  readonly rank: number;
}

/** The rank of what is read. */
const LAST = 9;

/** The parts in the order they stand in. */
function partsOf(state: RunState): Omit<Part, "width">[] {
  const { name, received, unique, duplicates, rejected, rate } = state;
  const { total, timeLeft, attached, losses, idleTimeLeft } = state;
  const some = (rank: number, text: string | undefined) =>
    text === undefined ? [] : [{ rank, text }];
  return [
    { rank: LAST, text: printable(name) },
    total === undefined
      ? { rank: 6, text: `${grouped(received)} received` }
      : { rank: 7, text: `${grouped(received)} of ${grouped(total)}` },
    { rank: 2, text: `${grouped(rate)}/s` },
    ...some(4, timeLeft === undefined ? undefined : `${time(timeLeft)} left`),
    { rank: 1, text: `${grouped(unique)} counted` },
    { rank: 5, text: `${grouped(duplicates)} duplicates` },
    { rank: 3, text: `${grouped(rejected)} rejected` },
    ...some(
      8,
      losses === 0
        ? undefined
        : `${losses} lost ${losses === 1 ? "connection" : "connections"}`,
    ),
    ...some(
      0,
      !attached
        ? "connecting"
        : idleTimeLeft === undefined
        ? undefined
        : `stops in ${time(idleTimeLeft)}`,
    ),
  ];
}

/** The columns of some parts in a row. */
function widthWith(parts: readonly Part[]): number {
  return parts.reduce((sum, { width }) => sum + width + GAP, -GAP);
}

/** Those that there is room for, in their order. */
function fitting(
  parts: readonly Part[],
  room: number,
  follows: boolean,
): Part[] {
  const shown = new Set<Part>();
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

function time(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
