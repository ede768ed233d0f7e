/**
 * Stand-in for the part of `@std/fs` this project uses, for networks that
 * serve npm only.
 *
 * It is mapped to the bare name `@std/fs` by `tools/npm_only/deno.json` and
 * built on Deno's own file functions.
 *
 * @module
 */
export { copy, type CopyOptions } from "./std_fs/copy.ts";
export {
  emptyDir,
  ensureDir,
  ensureDirSync,
  ensureFile,
} from "./std_fs/ensure.ts";
export { exists, type ExistsOptions, existsSync } from "./std_fs/exists.ts";
export { move, type MoveOptions } from "./std_fs/move.ts";
export {
  walk,
  type WalkEntry,
  type WalkOptions,
  walkSync,
} from "./std_fs/walk.ts";
