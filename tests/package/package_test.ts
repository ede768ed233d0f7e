/**
 * The Debian package. It is built once for each kind, here, so all of its tests
 * are in this file's process.
 */
import "./contents.ts";
import "./life.ts";
