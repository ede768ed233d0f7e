/** The executable on a terminal. */
import { tryCtrlC, tryCtrlCTwice } from "../support/ctrl_c.ts";
import { type Executable, test } from "./executables.ts";

const options = ({ cache }: Executable) => ({
  env: { EVENTCOUNTER_CACHE: cache },
});

test("one Ctrl-C on a terminal: 0, with everything counted", (executable) =>
  tryCtrlC([executable.path], options(executable)));

test("a second Ctrl-C on a terminal ends at once: 130", (executable) =>
  tryCtrlCTwice([executable.path], options(executable)));
