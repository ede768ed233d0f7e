/** Tells what is done to files while something runs: opened, renamed, synced. */
export async function recordFileSteps(
  run: (steps: string[]) => Promise<unknown>,
): Promise<string[]> {
  const steps: string[] = [];
  const { open, rename } = Deno;
  const { sync } = Deno.FsFile.prototype;
  const paths = new WeakMap<Deno.FsFile, string>();
  // A temporary name is never the same twice.
  const plain = (path: string | URL) =>
    String(path).replace(/\.(\w+\.\w+)\.\w+\.eventcounter-tmp$/, "draft of $1");
  Deno.open = async (path, options) => {
    const file = await open(path, options);
    paths.set(file, plain(path));
    steps.push(`open ${plain(path)}`);
    return file;
  };
  Deno.rename = async (from, to) => {
    await rename(from, to);
    steps.push(`rename to ${to}`);
  };
  Deno.FsFile.prototype.sync = async function () {
    await sync.call(this);
    steps.push(`sync ${paths.get(this)}`);
  };
  try {
    await run(steps);
  } finally {
    Object.assign(Deno, { open, rename });
    Deno.FsFile.prototype.sync = sync;
  }
  return steps;
}
