/**
 * The choice between the two configurations, and that they agree.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import jsr from "../../deno.json" with { type: "json" };
import npm from "../../tools/npm_only/deno.json" with { type: "json" };
import {
  allModulesFound,
  chooseConfiguration,
  CONFIGURATIONS,
  jsrSpecifiers,
  REGISTRY_VARIABLE,
} from "../../tools/registry.ts";

const pure = { permissions: "none" } as const;
const program = new URL("../../tools/registry.ts", import.meta.url);

Deno.test(
  "registry: the configurations import and compile alike, but for the JSR packages",
  pure,
  () => {
    const { commander: _, ...mapped }: Record<string, string> = npm.imports;
    assertEquals(Object.keys(mapped), Object.keys(jsr.imports));
    for (const [name, target] of Object.entries(jsr.imports)) {
      if (target.startsWith("jsr:")) assertMatch(mapped[name]!, /^\.\//);
      else assertEquals(mapped[name], target);
    }
    assertEquals<unknown>(npm.compilerOptions, jsr.compilerOptions);
  },
);

Deno.test("registry: without the variable Deno is asked", pure, async () => {
  for (const unset of [undefined, ""]) {
    for (const registry of ["jsr", "npm"] as const) {
      const answer = () => Promise.resolve(registry === "jsr");
      assertEquals(
        await chooseConfiguration(unset, answer),
        CONFIGURATIONS[registry],
      );
    }
  }
});

Deno.test("registry: asks for all JSR packages", pure, () => {
  assertEquals(
    jsrSpecifiers({ imports: { a: "jsr:@a/a@1.0.0", b: "npm:b@1.0.0" } }),
    ["jsr:@a/a@1.0.0"],
  );
  assertEquals(jsrSpecifiers({}), []);
});

Deno.test("registry: finds a missing module in Deno's output", pure, () => {
  const [found, missing] = [{ specifier: "a" }, { specifier: "b", error: "" }];
  assertEquals(allModulesFound(JSON.stringify({ modules: [found] })), true);
  assertEquals(
    allModulesFound(JSON.stringify({ modules: [found, missing] })),
    false,
  );
  assertEquals(allModulesFound("{"), false);
  assertEquals(allModulesFound("{}"), false);
});

Deno.test({
  name: "registry: the program prints the path and nothing else",
  permissions: { run: [Deno.execPath()] },
  async fn() {
    const run = async (value: string) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--no-config", "--no-lock", "--allow-run"],
          ...["--allow-read", "--allow-env", program.href],
        ],
        cwd: new URL("../..", import.meta.url),
        env: { [REGISTRY_VARIABLE]: value },
      }).output();
      const [out, err] = [stdout, stderr].map((bytes) =>
        new TextDecoder().decode(bytes)
      );
      return [code, out, err];
    };
    assertEquals(await run("jsr"), [0, "deno.json\n", ""]);
    assertEquals(await run("npm"), [0, "tools/npm_only/deno.json\n", ""]);
    assertEquals(await run("other"), [
      2,
      "",
      'EVENTCOUNTER_REGISTRY must be "jsr" or "npm", but is "other".\n',
    ]);
  },
});
