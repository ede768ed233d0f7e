/** What `deno task deb` says when it cannot do what it is told. */
import { assertEquals, assertMatch } from "@std/assert";
import { runCommand } from "../../tools/compile/run_command.ts";
import { ROOT } from "../compiled/executables.ts";
import { runProgram } from "../support/program.ts";

const ENTRY = "tools/package_deb.ts";

Deno.test("deno task deb: wrong usage is one line and code 2", async () => {
  for (
    const [args, message] of [
      [
        ["--target", "x86_64-apple-darwin"],
        /"x86_64-apple-darwin".*aarch64-un/,
      ],
      [["--target", "vax"], /"vax": --target must be one of/],
      [["--kind", "snap"], /--kind "snap": it must be denort or self-extr/],
      [["--compression", "rar"], /--compression "rar": it must be xz or gzip/],
      [["--fast"], /Unknown option '--fast'/],
    ] as const
  ) {
    const { code, stdout, stderr } = await runProgram(args, { entry: ENTRY });
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertMatch(stderr, /^Cannot [^\n]*\n$/);
    assertMatch(stderr, message);
  }
});

Deno.test("deno task deb: without dpkg-deb it says so in one line", async () => {
  const isJsr = import.meta.resolve("@cliffy/command").startsWith("jsr:");
  const configuration = `${ROOT}${isJsr ? "" : "tools/npm_only/"}deno.json`;
  const { code, stderr } = await runCommand(Deno.execPath(), [
    ...["run", "--quiet", "--allow-all", "-c", configuration],
    ...[`${ROOT}${ENTRY}`, "--config", configuration],
  ], {
    // A PATH without anything: git is missing too, so the variables speak.
    env: {
      PATH: "/nowhere",
      DEBFULLNAME: "Ann",
      DEBEMAIL: "ann@example.org",
      SOURCE_DATE_EPOCH: "0",
    },
  });
  assertEquals([code, stderr], [
    1,
    "Cannot make a Debian package: dpkg-deb is missing; install the package " +
    "dpkg, or build on Debian\n",
  ]);
});

Deno.test("deno task deb: without a commit and variables it says which are missing", async () => {
  const folder = await Deno.makeTempDir();
  const unset = { DEBFULLNAME: "", DEBEMAIL: "", SOURCE_DATE_EPOCH: "" };
  const program = `import { provenanceOf } from "${ROOT}tools/package_deb/` +
    `provenance.ts"; console.log(await provenanceOf("${folder}"))`;
  for (
    const [env, message] of [
      [unset, /the maintainer: .*DEBFULLNAME .* set both/],
      [
        { ...unset, DEBFULLNAME: "Ann", DEBEMAIL: "ann@example.org" },
        /the date of the package: .*SOURCE_DATE_EPOCH is unset/,
      ],
      [
        {
          DEBFULLNAME: "Ann",
          DEBEMAIL: "ann@example.org",
          SOURCE_DATE_EPOCH: "today",
        },
        /SOURCE_DATE_EPOCH \(today\): it must be whole seconds/,
      ],
    ] as const
  ) {
    const { code, stderr } = await runCommand(
      Deno.execPath(),
      ["eval", "--no-lock", program],
      { cwd: folder, env },
    );
    assertEquals(code, 1);
    assertMatch(stderr, message);
  }
  await Deno.remove(folder, { recursive: true });
});
