/** What stands in the output folder and was not written from the ledger. */
import { assertEquals, assertMatch } from "@std/assert";
import { runProgram } from "../support/program.ts";
import { filesIn } from "../support/snapshot_content.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

const created = (user: string) =>
  JSON.stringify({ routingKey: `${user}.event.created`, body: { id: user } });

for (const ledger of ["sqlite:a.db", "memory:"]) {
  Deno.test(`${ledger} what the ledger did not write is set aside, and the run says so`, async () => {
    const place = folder.make();
    const count = (...users: readonly string[]) =>
      runProgram(
        ["--input", "-", "--out", ".", "--ledger", ledger],
        { cwd: place, stdin: users.map(created).join("\n") + "\nno message\n" },
      );
    const first = await count("ann");
    const { "created.json": old } = filesIn(place);
    await Deno.remove(`${place}/a.db`).catch(() => {});

    const second = await count("bob");

    const { "created.json": now, ...others } = filesIn(place);
    assertEquals([old, now], ['{\n  "ann": 1\n}\n', '{\n  "bob": 1\n}\n']);
    const [name] = Object.keys(others).filter((name) =>
      name.startsWith("created")
    );
    assertMatch(name!, /^created\.json\.[\dTZ-]+$/);
    assertEquals(others[name!], old);
    assertEquals([first.code, second.code], [0, 0]);
    assertEquals(first.stderr.includes("kept as"), false);
    assertMatch(
      second.stderr,
      /WARN .*created\.json was not written from this/,
    );
  });
}
