/**
 * What the command says about a wrong command line or environment.
 *
 * @module
 */
import { Command, ValidationError } from "@cliffy/command";
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { sampleCommand, VARIABLES } from "./sample_command.ts";

/** A wrong command line, and what has to be said about it. */
interface ErrorCase {
  args: string[];
  env?: Record<string, string>;
  message: string;
}

const ERRORS: ErrorCase[] = [
  {
    args: ["--inpt", "x"],
    message: 'Unknown option "--inpt". Did you mean option "--input"?',
  },
  {
    args: ["--verbos=1"],
    message: 'Unknown option "--verbos". Did you mean option "--verbose"?',
  },
  { args: ["-z"], message: 'Unknown option "-z". Did you mean option "-h"?' },
  { args: ["-vz"], message: 'Unknown option "-z". Did you mean option "-h"?' },
  {
    args: ["--zzz", "--count"],
    message: 'Unknown option "--zzz". Did you mean option "--out"?',
  },
  { args: ["--count"], message: 'Missing value for option "--count".' },
  { args: ["-c"], message: 'Missing value for option "--count".' },
  {
    args: ["--count", "1", "-c2"],
    message: 'Option "-c" can only occur once, but was found several times.',
  },
  {
    args: ["--check", "--no-check"],
    message:
      'Option "--check" can only occur once, but was found several times.',
  },
  {
    args: ["--check=yes"],
    message: 'Option "--check" doesn\'t take a value, but got "yes".',
  },
  {
    args: ["--count", "1.5"],
    message: 'Option "--count" must be of type "integer", but got "1.5".',
  },
  {
    args: ["--ratio=a"],
    message: 'Option "--ratio" must be of type "number", but got "a".',
  },
  {
    args: ["--sizes", "1,b"],
    message: 'Option "--sizes" must be of type "integer", but got "b".',
  },
  {
    args: ["--strict=maybe"],
    message:
      'Option "--strict" must be of type "boolean", but got "maybe". Expected values: "true", "false", "1", "0"',
  },
  {
    args: ["--level", "none"],
    message:
      'Option "--level" must be of type "level", but got "none". Expected values: "low", "high"',
  },
  {
    args: ["--even", "3"],
    message: 'Option "--even" has to be even, not "3".',
  },
  {
    args: ["-v", "--quiet"],
    message: 'Option "--quiet" conflicts with option "--verbose".',
  },
  {
    args: ["--max-size", "1"],
    message: 'Option "--max-size" depends on option "--count".',
  },
  {
    args: ["--help", "--check"],
    message: 'Option "--help" cannot be combined with other options.',
  },
  {
    args: ["extra"],
    message: 'No arguments allowed for command "sample".',
  },
  { args: ["-"], message: 'No arguments allowed for command "sample".' },
  {
    args: [],
    env: { SAMPLE_LEVEL: "none" },
    message:
      'Environment variable "SAMPLE_LEVEL" must be of type "level", but got "none". Expected values: "low", "high"',
  },
  {
    args: [],
    env: { SAMPLE_MAX_SIZE: "big" },
    message:
      'Environment variable "SAMPLE_MAX_SIZE" must be of type "number", but got "big".',
  },
];

for (const { args, env, message } of ERRORS) {
  const given = [
    ...Object.entries(env ?? {}).map((pair) => pair.join("=")),
    ...args,
  ];
  Deno.test({
    name: `command error: ${given.join(" ")}`,
    permissions: env ? { env: VARIABLES } : "none",
    async fn() {
      for (const [name, value] of Object.entries(env ?? {})) {
        Deno.env.set(name, value);
      }
      try {
        const command = sampleCommand();
        const error = await assertRejects(
          () => command.parse(args),
          ValidationError,
        );
        assertEquals(error.message, message);
        assertEquals(error.exitCode, 2);
        assertEquals(error.cmd?.getName(), "sample");
      } finally {
        for (const name of Object.keys(env ?? {})) Deno.env.delete(name);
      }
    },
  });
}

Deno.test({
  name: "command error: a type's own error is passed on as it is",
  permissions: "none",
  async fn() {
    const error = await assertRejects(
      () => sampleCommand().parse(["--wait", "soon"]),
      Error,
      "Option --wait: duration soon",
    );
    assertEquals(error instanceof ValidationError, false);
  },
});

Deno.test({
  name: "command error: required option and variable",
  permissions: { env: ["NEEDED"] },
  async fn() {
    const command = () =>
      new Command().name("strict").noExit()
        .option("--needed <x:string>", "Needed.", { required: true })
        .env("NEEDED=<x:string>", "Needed too.", { required: true });
    await assertRejects(
      () => command().parse(["--needed", "x"]),
      ValidationError,
      'Missing required environment variable "NEEDED".',
    );
    Deno.env.set("NEEDED", "x");
    try {
      await assertRejects(
        () => command().parse([]),
        ValidationError,
        'Missing required option "--needed".',
      );
    } finally {
      Deno.env.delete("NEEDED");
    }
  },
});

Deno.test({
  name: "command error: unknown sub-command",
  permissions: "none",
  async fn() {
    const command = new Command().name("tree").noExit()
      .command("branch", new Command())
      .command("root", new Command())
      .reset();
    await assertRejects(
      () => command.parse(["brunch"]),
      ValidationError,
      'Unknown command "brunch". Did you mean command "branch"?',
    );
  },
});

Deno.test({
  name: "command error: the handler is called before the error is thrown",
  permissions: "none",
  async fn() {
    const seen: string[] = [];
    const command = sampleCommand().error((error, failed) => {
      seen.push(`${failed.getName()}: ${error.message}`);
    });
    await assertRejects(() => command.parse(["--count"]), ValidationError);
    assertEquals(seen, ['sample: Missing value for option "--count".']);
  },
});

Deno.test({
  name: "command error: without throwErrors help, message and exit code",
  permissions: "none",
  async fn() {
    const printed: string[] = [];
    const { exit } = Deno;
    const { error, log } = console;
    console.log = (text: string) => printed.push(`out ${text}`);
    console.error = (text: string) => printed.push(`err ${text}`);
    Deno.exit = (code) => {
      throw new Error(`exit ${code}`);
    };
    try {
      const command = new Command().name("plain").help({ colors: false });
      await assertRejects(() => command.parse(["-z"]), Error, "exit 2");
    } finally {
      Deno.exit = exit;
      Object.assign(console, { error, log });
    }
    assertEquals(printed.length, 2);
    assertStringIncludes(printed[0] ?? "", "out \nUsage: plain");
    assertStringIncludes(printed[1] ?? "", 'Unknown option "-z".');
  },
});

Deno.test({
  name: "command error: declarations that collide",
  permissions: "none",
  fn() {
    const command = sampleCommand();
    assertThrows(() => command.option("--input", ""), Error, "'--input'");
    assertThrows(() => command.option("-i, --other", ""), Error, "'-i'");
    assertThrows(
      () => command.type("even", () => 0),
      Error,
      'Type with name "even" already exists.',
    );
    assertThrows(
      () => command.env("SAMPLE_QUIET", ""),
      Error,
      'Environment variable with name "SAMPLE_QUIET" already exists.',
    );
    command.command("child", new Command()).reset();
    assertThrows(
      () => command.command("child", new Command()),
      Error,
      'Duplicate command name "child".',
    );
  },
});

Deno.test({
  name: "command error: a validation error carries code and cause",
  permissions: "none",
  fn() {
    const cause = new Error("inner");
    const error = new ValidationError("outer", { exitCode: 64, cause });
    assertInstanceOf(error, Error);
    assertEquals([error.exitCode, error.cause], [64, cause]);
    assertEquals(new ValidationError("x").exitCode, 2);
  },
});
