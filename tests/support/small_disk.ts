/**
 * A file system of its own and of a given size, in memory. Only Linux has it,
 * and only root may mount it.
 */
export class SmallDisk implements AsyncDisposable {
  private constructor(
    /** The folder where it is mounted. */
    readonly path: string,
  ) {}

  /** Whether this process may mount one. */
  static async isPossible(): Promise<boolean> {
    const folder = await Deno.makeTempDir({ prefix: "eventcounter-test-" });
    try {
      await using _disk = await SmallDisk.mount(folder, 64);
      return true;
    } catch {
      return false;
    } finally {
      await Deno.remove(folder);
    }
  }

  /**
   * Mounts one.
   *
   * @param path A folder; made if it is missing.
   * @param kibibytes Its size.
   */
  static async mount(path: string, kibibytes: number): Promise<SmallDisk> {
    await Deno.mkdir(path, { recursive: true });
    const options = ["-o", `size=${kibibytes}k`];
    await run("mount", "-t", "tmpfs", ...options, "tmpfs", path);
    return new SmallDisk(path);
  }

  /** Makes it larger or smaller; what is on it stays. */
  async resize(kibibytes: number): Promise<void> {
    await run("mount", "-o", `remount,size=${kibibytes}k`, this.path);
  }

  /** Lets nobody write to it any more. */
  async makeReadOnly(): Promise<void> {
    await run("mount", "-o", "remount,ro", this.path);
  }

  /** Unmounts it, and with that deletes what is on it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", this.path);
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args })
    .output();
  if (success) return;
  throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
}
