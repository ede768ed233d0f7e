/**
 * Terminal colours.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";

// NO_COLOR wins over every setting; Deno reads it once at the start.
let enabled = !Deno.noColor;

/**
 * Runs a function with colours on or off.
 *
 * @param colors Whether to colour; without effect if NO_COLOR is set.
 * @param produce What to run.
 * @returns What the function gave back.
 */
export function withColors<T>(colors: boolean, produce: () => T): T {
  const before = enabled;
  enabled = colors && !Deno.noColor;
  try {
    return produce();
  } finally {
    enabled = before;
  }
}

/** Makes a function that puts text between two codes. */
function style(open: number, close: number): (text: string) => string {
  const [start, end] = [`\x1b[${open}m`, `\x1b[${close}m`];
  // Text that is styled already would end this style at its own end, so the
  // style is started again there.
  return (text) =>
    enabled ? `${start}${text.replaceAll(end, start)}${end}` : text;
}

/** Bold text. */
export const bold = style(1, 22);
/** Faint text. */
export const dim = style(2, 22);
/** Slanted text. */
export const italic = style(3, 23);
/** Red text. */
export const red = style(31, 39);
/** Green text. */
export const green = style(32, 39);
/** Yellow text. */
export const yellow = style(33, 39);
/** Light blue text. */
export const brightBlue = style(94, 39);
/** Light magenta text. */
export const brightMagenta = style(95, 39);

/** A colour code, as a pattern. Its group holds the number. */
// deno-lint-ignore no-control-regex -- the escape character begins a code
export const CODE = /\x1b\[(\d+)(?:;[\d;]*)?m/;

/** The code that ends the style a code begins; a code that ends is its own. */
function closingCode(code: number): number {
  if (code <= 2) return code === 0 ? 0 : 22;
  if (code < 10) return code + 20;
  if (code < 30) return code;
  const isForeground = code < 40 || (code >= 90 && code < 100);
  return isForeground ? 39 : 49;
}

/** What has to be added to a text whose styles are still open at its end. */
export interface OpenStyles {
  /** Ends the styles; goes behind the text. */
  end: string;
  /** Begins them again; goes before what follows on the next line. */
  resume: string;
}

/** Finds the styles that are open at the end of a text. */
export function openStyles(text: string): OpenStyles {
  const open = new Map<number, string>();
  for (const [code, number] of text.matchAll(new RegExp(CODE, "g"))) {
    const closing = closingCode(Number(number));
    // A later code of the same kind takes the place of an earlier one.
    open.delete(closing);
    if (Number(number) !== closing) open.set(closing, code);
  }
  return {
    end: [...open.keys()].reverse().map((code) => `\x1b[${code}m`).join(""),
    resume: [...open.values()].join(""),
  };
}

/** Characters that take no column: controls, joiners, accents. */
const ZERO_WIDTH = /^[\p{Cc}\p{Mn}\p{Me}\p{Cf}]$/u;
/** Characters that take two columns: East Asian text, emoji. */
const DOUBLE_WIDTH =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** The number of columns a text takes, without its codes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const letter of stripVTControlCharacters(text)) {
    if (DOUBLE_WIDTH.test(letter)) width += 2;
    else if (!ZERO_WIDTH.test(letter)) width += 1;
  }
  return width;
}
