/**
 * Small pieces of the help text.
 *
 * @module
 */
import { bold, brightMagenta, green, red, yellow } from "./ansi.ts";

/** A heading with an empty line around it. */
export function heading(text: string): string {
  return `\n${bold(`${text}:`)}\n\n`;
}

/**
 * Takes the indentation of the first line of text off all its lines, and the
 * empty lines off its ends.
 */
export function dedent(text: string): string {
  const lines = text.split(/\r?\n|\r/);
  while (lines.length > 0 && !lines[0]?.trim()) lines.shift();
  const indent = lines[0]?.match(/^\s*/)?.[0].length ?? 0;
  return lines.map((line) => line.slice(indent)).join("\n").trimEnd();
}

/** The first line of a text without spaces around it. */
export function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0]?.trim() ?? "";
}

/**
 * Colours declarations of values in a text, such as `<name:string> [rest...]`.
 *
 * @param text Declarations and words, separated by spaces.
 * @param types Keep the types; they are cut otherwise.
 */
export function highlight(text: string, types: boolean): string {
  if (!text) return "";
  return text.split(/ +/).map((word) => highlightWord(word, types)).join(" ");
}

function highlightWord(word: string, types: boolean): string {
  const [before = "", name, declaredType] = word.split(/[<[:>\]]/);
  if (!name) return before;
  const type = declaredType || "string";
  const [open, close] = word.startsWith("[") ? ["[", "]"] : ["<", ">"];
  const isVariadic = name.length > 3 && /^\.{3}|\.{3}$/.test(name);
  const bare = isVariadic ? name.replace(/^\.{3}|\.{3}$/, "") : name;
  const typeText = types
    ? yellow(":") + red(type) +
      (word.includes(`${type}[]`) ? green("[]") : "")
    : "";
  return yellow(open) + brightMagenta(isVariadic ? `${bare}...` : bare) +
    typeText + yellow(close);
}
