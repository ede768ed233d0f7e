import { assertEquals, assertMatch } from "@std/assert";
import { SUMS_FILE, writeSums } from "../../../tools/compile/checksums.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";

const folders = new TemporaryFolder();
const permissions = { ...folders.permissions, run: ["sha256sum"] };

/** Writes files, and their sums in an order that is not theirs. */
async function filesWithSums(): Promise<string> {
  const folder = folders.make();
  const paths = ["empty", "with a space", "abc"].map((name) =>
    `${folder}/${name}`
  );
  await Deno.writeTextFile(paths[0]!, "");
  await Deno.writeFile(paths[1]!, new Uint8Array(200_000).fill(0xa5));
  await Deno.writeTextFile(paths[2]!, "abc");
  assertEquals(await writeSums(paths), `${folder}/${SUMS_FILE}`);
  return folder;
}

async function check(folder: string): Promise<[number, string]> {
  const { code, stdout } = await new Deno.Command("sha256sum", {
    args: ["--check", "--strict", SUMS_FILE],
    cwd: folder,
    stderr: "null",
  }).output();
  return [code, new TextDecoder().decode(stdout)];
}

Deno.test("checksums: known sums, sorted by name", {
  permissions: folders.permissions,
}, async () => {
  const folder = await filesWithSums();
  const lines = (await Deno.readTextFile(`${folder}/${SUMS_FILE}`)).split("\n");
  // FIPS 180-2, appendix B.1.
  assertEquals(
    lines[0],
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  abc",
  );
  assertMatch(lines[1]!, /^e3b0c442[0-9a-f]{48}7852b855 {2}empty$/);
  assertMatch(lines[2]!, /^[0-9a-f]{64} {2}with a space$/);
  assertEquals(lines.slice(3), [""]);
});

Deno.test(
  "checksums: sha256sum --check accepts the file, and notices a change",
  {
    permissions,
  },
  async () => {
    const folder = await filesWithSums();
    assertEquals(await check(folder), [
      0,
      "abc: OK\nempty: OK\nwith a space: OK\n",
    ]);
    await Deno.writeTextFile(`${folder}/abc`, "abd");
    assertEquals(
      await check(folder),
      [1, "abc: FAILED\nempty: OK\nwith a space: OK\n"],
    );
  },
);

Deno.test(
  "checksums: those of other files stay, as long as the files are there",
  {
    permissions,
  },
  async () => {
    const folder = await filesWithSums();
    await Deno.remove(`${folder}/abc`);
    await Deno.writeTextFile(`${folder}/empty`, "no more");
    await writeSums([`${folder}/empty`]);
    assertEquals(await check(folder), [0, "empty: OK\nwith a space: OK\n"]);
  },
);
