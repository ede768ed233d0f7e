/**
 * The program as users get it. The executable is built once, here, so all of
 * its tests are in this file's process.
 */
import "./surroundings.ts";
import "./counting.ts";
import "./command_line.ts";
import "./unpacking.ts";
import "./origin.ts";
import "./permissions.ts";
import "./terminal.ts";
