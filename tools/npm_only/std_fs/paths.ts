/**
 * Questions about paths and what they lead to.
 *
 * @module
 */
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The path a URL stands for; a path is given back as it is. */
export function toPath(path: string | URL): string {
  return path instanceof URL ? fileURLToPath(path) : path;
}

/** Whether `path` lies inside `directory`, at any depth. */
export function isInside(path: string, directory: string): boolean {
  const outer = resolve(directory);
  const prefix = outer.endsWith(sep) ? outer : outer + sep;
  return resolve(path) !== outer && resolve(path).startsWith(prefix);
}

/** What a file is, for messages. */
export function kindOf(info: Deno.FileInfo): string {
  if (info.isFile) return "file";
  if (info.isDirectory) return "dir";
  return info.isSymlink ? "symlink" : "undefined";
}
