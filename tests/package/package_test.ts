/**
 * The Debian package. It is built once for each kind and architecture, here, so
 * all of its tests are in this file's process.
 */
import "./usage.ts";
import "./contents.ts";
import "./manual.ts";
import "./life.ts";
