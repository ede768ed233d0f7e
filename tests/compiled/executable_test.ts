/**
 * The program as users get it. The executable is built once, here, so all of
 * its tests are in this file's process.
 */
import "./running.ts";
import "./unpacking.ts";
import "./building.ts";
