/**
 * Files and directories: made, found, walked, copied, moved.
 *
 * @module
 */
import {
  assertEquals,
  assertFalse,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  copy,
  emptyDir,
  ensureDir,
  ensureDirSync,
  ensureFile,
  exists,
  existsSync,
  move,
  walk,
  type WalkOptions,
  walkSync,
} from "@std/fs";

const files = { permissions: { read: true, write: true } } as const;

/** Runs a function with a directory of its own, which is removed afterwards. */
async function withDirectory(
  run: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Makes a small tree: two files, a directory with a file, and a link. */
async function makeTree(root: string): Promise<void> {
  await ensureDir(`${root}/inner`);
  await Deno.writeTextFile(`${root}/one.ts`, "one");
  await Deno.writeTextFile(`${root}/two.txt`, "two");
  await Deno.writeTextFile(`${root}/inner/three.ts`, "three");
}

/** The paths of a walk below the root, in order. */
async function walked(root: string, options?: WalkOptions): Promise<string[]> {
  const cut = (path: string) => path.slice(root.length);
  const found = await Array.fromAsync(walk(root, options));
  const paths = found.map(({ path }) => cut(path)).sort();
  const sync = [...walkSync(root, options)].map(({ path }) => cut(path));
  assertEquals(sync.sort(), paths);
  return paths;
}

Deno.test(
  "fs: ensureDir makes a directory with its parents",
  files,
  () =>
    withDirectory(async (root) => {
      await ensureDir(`${root}/a/b`);
      await ensureDir(`${root}/a/b`);
      ensureDirSync(`${root}/c/d`);
      ensureDirSync(new URL(`file://${root}/c/d`));
      assertEquals(await walked(root), ["", "/a", "/a/b", "/c", "/c/d"]);
      await Deno.writeTextFile(`${root}/file`, "");
      const message = "expected 'dir', got 'file'";
      await assertRejects(() => ensureDir(`${root}/file`), Error, message);
      assertThrows(() => ensureDirSync(`${root}/file`), Error, message);
    }),
);

Deno.test(
  "fs: ensureFile makes a file and keeps one that is there",
  files,
  () =>
    withDirectory(async (root) => {
      await ensureFile(`${root}/a/file`);
      assertEquals(await Deno.readTextFile(`${root}/a/file`), "");
      await Deno.writeTextFile(`${root}/a/file`, "kept");
      await ensureFile(`${root}/a/file`);
      assertEquals(await Deno.readTextFile(`${root}/a/file`), "kept");
      await assertRejects(
        () => ensureFile(`${root}/a`),
        Error,
        "expected 'file', got 'dir'",
      );
    }),
);

Deno.test("fs: exists", {
  permissions: { ...files.permissions, sys: ["uid", "gid"] },
}, () =>
  withDirectory(async (root) => {
    await makeTree(root);
    await Deno.symlink(`${root}/inner`, `${root}/link`);
    await Deno.symlink(`${root}/nowhere`, `${root}/broken`);
    const cases: [string, Parameters<typeof exists>[1], boolean][] = [
      ["one.ts", {}, true],
      ["none", {}, false],
      ["broken", {}, false],
      ["one.ts", { isFile: true, isReadable: true }, true],
      ["one.ts", { isDirectory: true }, false],
      ["inner", { isDirectory: true }, true],
      ["inner", { isFile: true }, false],
      ["link", { isDirectory: true }, true],
    ];
    for (const [name, options, expected] of cases) {
      assertEquals(await exists(`${root}/${name}`, options), expected, name);
      assertEquals(existsSync(`${root}/${name}`, options), expected, name);
    }
    const both = { isFile: true, isDirectory: true };
    await assertRejects(() => exists(root, both), TypeError);
    assertThrows(() => existsSync(root, both), TypeError);
  }));

Deno.test(
  "fs: exists without permission",
  { permissions: "none" },
  async () => {
    await assertRejects(() => exists("/"), Deno.errors.NotCapable);
    assertThrows(() => existsSync("/"), Deno.errors.NotCapable);
  },
);

Deno.test("fs: walk", files, () =>
  withDirectory(async (root) => {
    await makeTree(root);
    await Deno.symlink(`${root}/inner`, `${root}/link`);
    const all = ["", "/inner", "/inner/three.ts", "/link", "/one.ts"];
    const cases: [WalkOptions, string[]][] = [
      [{}, [...all, "/two.txt"]],
      [{ maxDepth: 0 }, [""]],
      [{ maxDepth: -1 }, []],
      [{ maxDepth: 1 }, ["", "/inner", "/link", "/one.ts", "/two.txt"]],
      [{ includeFiles: false }, ["", "/inner", "/link"]],
      [{ exts: ["ts"] }, ["/inner/three.ts", "/one.ts"]],
      [{ exts: [".txt", ".md"] }, ["/two.txt"]],
      [{ match: [/one/, /three/g] }, ["/inner/three.ts", "/one.ts"]],
      [{ skip: [/inner/], includeDirs: false }, [
        "/link",
        "/one.ts",
        "/two.txt",
      ]],
      [{ skip: [/./] }, []],
    ];
    for (const [options, expected] of cases) {
      assertEquals(
        await walked(root, options),
        expected,
        Deno.inspect(options),
      );
    }
    const entries = await Array.fromAsync(walk(`${root}/inner`));
    assertEquals(entries.map(({ name, isFile }) => [name, isFile]), [
      ["inner", false],
      ["three.ts", true],
    ]);
    await assertRejects(
      () => Array.fromAsync(walk(`${root}/none`)),
      Deno.errors.NotFound,
    );
  }));

Deno.test("fs: emptyDir", files, () =>
  withDirectory(async (root) => {
    await makeTree(root);
    await emptyDir(root);
    assertEquals(await walked(root), [""]);
    await emptyDir(`${root}/made/now`);
    assertEquals(await walked(root), ["", "/made", "/made/now"]);
  }));

Deno.test("fs: copy", files, () =>
  withDirectory(async (root) => {
    const source = `${root}/source`;
    await ensureDir(source);
    await makeTree(source);
    await Deno.symlink("one.ts", `${source}/link`);
    await copy(source, `${root}/target`);
    assertEquals(await walked(`${root}/target`), await walked(source));
    assertEquals(await Deno.readLink(`${root}/target/link`), "one.ts");

    const { AlreadyExists } = Deno.errors;
    const [from, to] = [`${source}/two.txt`, `${root}/target/one.ts`];
    await assertRejects(() => copy(from, to), AlreadyExists);
    await Deno.utime(from, 1, 2);
    await copy(from, to, { overwrite: true, preserveTimestamps: true });
    assertEquals(await Deno.readTextFile(to), "two");
    assertEquals((await Deno.stat(to)).mtime, new Date(2000));

    await assertRejects(() => copy(source, source), Error, "the same");
    await assertRejects(
      () => copy(source, `${source}/inner/deep`),
      Error,
      "subdirectory of itself",
    );
    await assertRejects(
      () => copy(source, to, { overwrite: true }),
      Error,
      "Cannot overwrite non-directory",
    );
    await assertRejects(() => copy(`${root}/none`, `${root}/x`));
  }));

Deno.test("fs: move", files, () =>
  withDirectory(async (root) => {
    await makeTree(root);
    await move(`${root}/one.ts`, `${root}/moved.ts`);
    assertFalse(await exists(`${root}/one.ts`));
    assertEquals(await Deno.readTextFile(`${root}/moved.ts`), "one");

    const [from, to] = [`${root}/moved.ts`, `${root}/two.txt`];
    await assertRejects(() => move(from, to), Deno.errors.AlreadyExists);
    await move(from, to, { overwrite: true });
    assertEquals(await Deno.readTextFile(to), "one");
    assertNotEquals(await exists(from), true);

    for (const target of ["inner", "inner/deep"]) {
      await assertRejects(
        () => move(`${root}/inner`, `${root}/${target}`, { overwrite: true }),
        Deno.errors.NotSupported,
      );
    }
    await assertRejects(
      () => move(`${root}/none`, `${root}/x`),
      Deno.errors.NotFound,
    );
  }));
