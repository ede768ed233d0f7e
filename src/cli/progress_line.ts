import { grouped } from "../model/words.ts";
import {
  barLine,
  type LineStyle,
  type Part,
  timeText,
  TITLE,
} from "./bar_line.ts";
import type { Progress } from "./progress.ts";
import type { ProgressLine } from "./stderr.ts";
import { printable } from "./terminal.ts";

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

/** Tells of a run in less than so many columns. */
export function progressLine(
  state: RunState,
  columns: number,
  style: LineStyle,
): ProgressLine {
  return barLine(partsOf(state), state.share, columns, style);
}

/** The parts in the order they stand in. */
function partsOf(state: RunState): Part[] {
  const { name, received, unique, duplicates, rejected, rate } = state;
  const { total, timeLeft, attached, losses, idleTimeLeft } = state;
  const some = (rank: number, text: string | undefined) =>
    text === undefined ? [] : [{ rank, text }];
  return [
    { rank: TITLE, text: printable(name) },
    total === undefined
      ? { rank: 6, text: `${grouped(received)} received` }
      : { rank: 7, text: `${grouped(received)} of ${grouped(total)}` },
    { rank: 2, text: `${grouped(rate)}/s` },
    ...some(
      4,
      timeLeft === undefined ? undefined : `${timeText(timeLeft)} left`,
    ),
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
        : `stops in ${timeText(idleTimeLeft)}`,
    ),
  ];
}
