/** What the executable says of where it came from. */
import { Buffer } from "node:buffer";
import { assert } from "@std/assert";
import { ROOT, test } from "./executables.ts";

test("nothing in it tells of the machine that built it", async (executable) => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-config"],
  }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  // A bundle names files relative to the folder it was made in.
  const cache = `${npmCache.split("/").slice(-3).join("/")}/`;
  const bytes = Buffer.from(await Deno.readFile(executable.path));
  assert(bytes.includes("npm:amqplib/"), "it has names of packages");
  assert(!bytes.includes(cache), cache);
  assert(!bytes.includes(ROOT), ROOT);
});
