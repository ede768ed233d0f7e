import { type OptionSpec, valueOf } from "../option_spec.ts";

/** What a shell can offer as the value of an option. */
export type Offer =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "file" | "folder" | "text" };

/** Options whose value is called so take a path. */
const PATHS: Readonly<Record<string, "file" | "folder">> = {
  file: "file",
  path: "file",
  dir: "folder",
};

/** What a shell can offer behind an option; nothing behind a switch. */
export function offerOf(option: OptionSpec): Offer | undefined {
  const value = valueOf(option);
  if (value === undefined) return undefined;
  return value.words === undefined
    ? { kind: PATHS[value.name] ?? "text" }
    : { kind: "words", words: value.words };
}
