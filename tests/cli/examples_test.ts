import { assertEquals } from "@std/assert";
import { allCommands, PROGRAM } from "../../src/cli/command_tree.ts";
import { Place } from "../support/broker_place.ts";
import { runProgram } from "../support/program.ts";

Deno.test("the example in the help of every command does its work", async (step) => {
  await using place = await Place.make();
  const { exchange: AMQP_EXCHANGE, queue: AMQP_QUEUE, folder: cwd } = place;
  const run = async (args: string[], stdin?: string) => {
    const { code, stdout, stderr } = await runProgram(args, {
      env: { AMQP_URL: place.url, AMQP_EXCHANGE, AMQP_QUEUE },
      cwd,
      ...stdin === undefined ? {} : { stdin },
    });
    assertEquals(code, 0, `${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  };
  // What the examples find: ledgers, and what is expected of one.
  const messages = (seed: string) =>
    run([
      ...["publish", "--to", "-", "--size", "50", "--invalid", "0.1"],
      ...["--seed", seed, "--expect", "expected"],
    ]);
  for (const [seed, out] of ["part0", "part1", "counts"].entries()) {
    await run(["--input", "-", "--out", out], await messages(`${seed}`));
  }
  for (const { path, example, options } of allCommands(PROGRAM)) {
    if (example === undefined) {
      assertEquals(options, [], `${path.join(" ")} has an example`);
      continue;
    }
    await step.step(example[1], async () => {
      const args = example[1].split(" ");
      await run(args.map((arg) => /^amqp:/.test(arg) ? place.url : arg));
    });
  }
});
