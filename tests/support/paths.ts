/** Paths with forward slashes, so that tests read the same on every system. */
export { basename, dirname, join, relative } from "node:path/posix";
export { fileURLToPath as fromFileUrl } from "node:url";
