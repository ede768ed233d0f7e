import { assert, assertEquals } from "@std/assert";
import {
  escaped,
  item,
  running,
  section,
  verbatim,
} from "../../../tools/package_deb/roff.ts";

const test = (name: string, fn: () => void) =>
  Deno.test({ name, fn, permissions: "none" });

test("escaped() leaves nothing that roff reads as its own", () => {
  assertEquals(escaped("--no-x"), "\\-\\-no\\-x");
  assertEquals(escaped("a\\b"), "a\\eb");
  assertEquals(escaped("it's `x^~`"), "it\\(aqs \\(gax\\(ha\\(ti\\(ga");
  assertEquals(escaped('"q" – é'), "\\(dqq\\(dq \\(en \\[u00E9]");
  // These begin requests.
  assertEquals(escaped(".hidden"), "\\&.hidden");
  assertEquals(escaped("'quoted"), "\\(aqquoted");
});

test("running() begins a line with each sentence, and keeps them short", () => {
  assertEquals(
    running("One. Two e.g. this! Three?"),
    "One.\nTwo e.g. this!\nThree?",
  );
  const long = running("word ".repeat(100));
  assert(long.split("\n").every((line) => line.length <= 76 && line !== ""));
  assertEquals(long.replaceAll("\n", " "), "word ".repeat(100).trim());
});

test("a line that begins with a full stop after wrapping is no request", () => {
  const text = running(`${"x".repeat(75)} .hidden`);
  assertEquals(text.split("\n")[1], "\\&.hidden");
});

test("section(), item() and verbatim() are requests of the man macros", () => {
  assertEquals(section("See also", "x"), '.SH "SEE ALSO"\nx');
  assertEquals(section("Name", "x"), ".SH NAME\nx");
  assertEquals(item("a", "b"), ".TP\na\nb");
  assertEquals(
    verbatim(["a \\", "  -b"]),
    ".RS 4\n.nf\na \\e\n  \\-b\n.fi\n.RE",
  );
});
