/**
 * What the command makes of a command line and of the environment.
 *
 * The tests know only the bare name of the package, so that they check the
 * stand-in where that is mapped and Cliffy itself where Cliffy is.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { DEFAULTS, sampleCommand, VARIABLES } from "./sample_command.ts";

/** A command line, and what it has to give. */
interface ParsingCase {
  /** What the case shows. */
  title: string;
  args: string[];
  env?: Record<string, string>;
  /** The options that differ from the defaults. */
  options?: Record<string, unknown>;
  literal?: string[];
}

const PARSING: ParsingCase[] = [
  { title: "nothing gives the defaults", args: [] },

  {
    title: "value after a space",
    args: ["--count", "3"],
    options: { count: 3 },
  },
  { title: "value after =", args: ["--count=3"], options: { count: 3 } },
  { title: "value with =", args: ["--input=a=b"], options: { input: "a=b" } },
  { title: "short flag", args: ["-c", "3"], options: { count: 3 } },
  { title: "short flag with =", args: ["-c=3"], options: { count: 3 } },
  { title: "short flag with digits", args: ["-c35"], options: { count: 35 } },
  {
    title: "long flag of one letter",
    args: ["--c", "3"],
    options: { count: 3 },
  },
  {
    title: "a single dash is a required value",
    args: ["--input", "-"],
    options: { input: "-" },
  },
  {
    title: "a negative number is a required value",
    args: ["--idle", "-1"],
    options: { idle: -1 },
  },
  {
    title: "a flag is a required value",
    args: ["--input", "--count"],
    options: { input: "--count" },
  },
  { title: "an empty value counts as not given", args: ["--input", ""] },
  { title: "nothing after = counts as not given", args: ["--input="] },

  { title: "optional value", args: ["--out", "x"], options: { out: "x" } },
  { title: "optional value left out", args: ["--out"], options: { out: true } },
  {
    title: "an optional value leaves a flag",
    args: ["--out", "--check"],
    options: { out: true, check: true },
  },
  {
    title: "an optional value takes what looks like a flag after =",
    args: ["--out=-x"],
    options: { out: "-x" },
  },
  {
    title: "an optional value leaves the name of an option",
    args: ["--out=check"],
    options: { out: true },
  },
  {
    title: "an optional number takes a negative number",
    args: ["--ratio", "-0.5"],
    options: { ratio: -0.5 },
  },
  {
    title: "an optional boolean",
    args: ["--strict", "false"],
    options: { strict: false },
  },
  {
    title: "an optional boolean left out",
    args: ["--strict"],
    options: { strict: true },
  },

  {
    title: "list",
    args: ["--tags", "a,b,c"],
    options: { tags: ["a", "b", "c"] },
  },
  { title: "list of one", args: ["--tags=a"], options: { tags: ["a"] } },
  {
    title: "list of numbers",
    args: ["--sizes", "1,-2"],
    options: { sizes: [1, -2] },
  },
  {
    title: "repeated option",
    args: ["-k", "a", "--key=b"],
    options: { key: ["a", "b"] },
  },
  { title: "short bundle", args: ["-vv"], options: { verbose: 2 } },
  {
    title: "short bundle with a value at its end",
    args: ["-vo=x"],
    options: { verbose: 1, out: "x" },
  },
  {
    title: "a function maps the value",
    args: ["--doubled", "4"],
    options: { doubled: 8 },
  },
  { title: "type as a function", args: ["--wait", "5s"], options: { wait: 5 } },
  { title: "type as a class", args: ["--even", "4"], options: { even: 4 } },
  {
    title: "enumeration",
    args: ["--level", "high"],
    options: { level: "high" },
  },
  {
    title: "names in camel case",
    args: ["--max-size", "1e3", "-c1"],
    options: { maxSize: 1000, count: 1 },
  },
  { title: "hidden option", args: ["--inner"], options: { inner: true } },

  {
    title: "negation without its positive",
    args: ["--no-color"],
    options: { color: false },
  },
  {
    title: "negation with its positive",
    args: ["--no-check"],
    options: { check: false },
  },
  { title: "positive", args: ["--check"], options: { check: true } },

  {
    title: "what follows -- is literal",
    args: ["-c1", "--", "--count", "x", "--", "-"],
    options: { count: 1 },
    literal: ["--count", "x", "--", "-"],
  },

  {
    title: "environment over default",
    args: [],
    env: { SAMPLE_LEVEL: "high" },
    options: { level: "high" },
  },
  {
    title: "flag over environment",
    args: ["--level", "low"],
    env: { SAMPLE_LEVEL: "high" },
  },
  {
    title: "an empty variable is unset",
    args: [],
    env: { SAMPLE_LEVEL: "", SAMPLE_COUNT: "" },
  },
  {
    title: "the prefix is cut from the property",
    args: ["--count", "1"],
    env: { SAMPLE_MAX_SIZE: "2.5" },
    options: { maxSize: 2.5, count: 1 },
  },
  {
    title: "a function maps the variable",
    args: [],
    env: { SAMPLE_COUNT: "4" },
    options: { count: 5 },
  },
  {
    title: "list in a variable",
    args: [],
    env: { SAMPLE_TAGS: "a,b" },
    options: { tags: ["a", "b"] },
  },
  {
    title: "a variable without a value is a boolean",
    args: [],
    env: { SAMPLE_QUIET: "1" },
    options: { quiet: true },
  },
  {
    title: "a variable over the default of a negation",
    args: [],
    env: { SAMPLE_COLOR: "false" },
    options: { color: false },
  },
  {
    title: "a variable is no explicit dependency of its own",
    args: [],
    env: { SAMPLE_MAX_SIZE: "1" },
    options: { maxSize: 1 },
  },
  {
    title: "a variable without a prefix",
    args: [],
    env: { OTHER_NAME: "x" },
    options: { otherName: "x" },
  },
  {
    title: "second name of a variable",
    args: [],
    env: { OTHER_NAME: "", OTHER_NAME_2: "y" },
    options: { otherName: "y" },
  },
];

for (const { title, args, env, options, literal } of PARSING) {
  Deno.test({
    name: `command: ${title}`,
    permissions: env ? { env: VARIABLES } : "none",
    async fn() {
      for (const [name, value] of Object.entries(env ?? {})) {
        Deno.env.set(name, value);
      }
      try {
        const result = await sampleCommand().parse(args);
        assertEquals(result.options, { ...DEFAULTS, ...options });
        assertEquals(result.literal, literal ?? []);
        assertEquals(result.args, []);
      } finally {
        for (const name of Object.keys(env ?? {})) Deno.env.delete(name);
      }
    },
  });
}

Deno.test({
  name: "command: without permission a variable is unset",
  permissions: "none",
  async fn() {
    const { options } = await sampleCommand().parse([]);
    assertEquals(options, DEFAULTS);
  },
});
