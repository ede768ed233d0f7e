import { assert } from "@std/assert";
import { canMount } from "../compiled/executables.ts";
import { type Ended, finish, type Running } from "../support/program.ts";

/** How a command is run on a machine. */
export interface RunOptions {
  /** Its whole environment. Default: a PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** The user it is run as. Default: root. */
  readonly user?: string;
  /** The working directory. Default: `/`. */
  readonly cwd?: string;
  readonly stdin?: string;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Mounts a copy of this machine's files and holds it until its input ends. */
const HOLDER = `set -e
mount -t tmpfs none "$1"
mkdir "$1/changes" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/changes,workdir=$1/work" none "$1/root"
mount --rbind /proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mkdir -p "$1/root$2"
# Else each installation has the index of all manual pages made anew.
rm -f "$1/root/var/lib/man-db/auto-update"
mount --bind "$2" "$1/root$2"
echo ready
exec cat`;

/**
 * A Debian to install packages on, with nothing of what is done there left in
 * the end: an overlay over this machine's files, in mounts of its own. Where
 * mounts are not allowed it is this machine itself, after saying so, and the
 * package is purged in the end.
 */
export class Machine implements AsyncDisposable {
  private constructor(
    private readonly through: readonly string[],
    private readonly root: string,
    private readonly end: () => Promise<void>,
  ) {}

  /** @param shared A folder of this machine that is the same there. */
  static async open(shared: string): Promise<Machine> {
    return await canMount()
      ? await Machine.#overlay(shared)
      : await Machine.#thisOne();
  }

  static async #overlay(shared: string): Promise<Machine> {
    const folder = await Deno.makeTempDir({ prefix: "eventcounter-machine-" });
    const holder = new Deno.Command("unshare", {
      args: ["--mount", "sh", "-c", HOLDER, "sh", folder, shared],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = holder.stdout.getReader();
    const { value } = await reader.read();
    assert(value !== undefined, "the overlay is mounted");
    const root = `${folder}/root`;
    return new Machine(
      ["nsenter", `--target=${holder.pid}`, "--mount", "chroot", root],
      `/proc/${holder.pid}/root${root}`,
      async () => {
        await holder.stdin.close();
        await reader.cancel();
        await holder.status;
        await Deno.remove(folder, { recursive: true });
      },
    );
  }

  static async #thisOne(): Promise<Machine> {
    const machine = new Machine([], "", async () => {
      await machine.run(["dpkg", "--purge", "eventcounter"]);
    });
    const { code } = await machine.run(["dpkg-query", "-W", "eventcounter"]);
    assert(
      code !== 0 && Deno.uid() === 0,
      "Cannot test the package: mounts are not allowed here, and on this " +
        "machine itself eventcounter is installed already or this is not " +
        "root; run the tests as root in a container",
    );
    console.error(
      "Mounts are not allowed: eventcounter is installed here, and purged again",
    );
    return machine;
  }

  /** The path by which this process reaches a file of the machine. */
  path(path: string): string {
    return `${this.root}${path}`;
  }

  /** Runs a command to its end. */
  async run(
    command: readonly string[],
    options: RunOptions = {},
  ): Promise<Ended> {
    return await this.start(command, options).ended;
  }

  /** Runs a command that must end well. @returns What it printed. */
  async do(command: readonly string[], options?: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, options);
    assert(code === 0, `${command.join(" ")} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Starts a command; its process is that command, none in between. */
  start(
    command: readonly string[],
    { env = {}, user, cwd = "/", stdin }: RunOptions = {},
  ): Running {
    const [program, ...args] = [
      ...this.through,
      ...(user === undefined
        ? []
        : ["setpriv", `--reuid=${user}`, `--regid=${groupOf(user)}`]),
      ...(user === undefined ? [] : ["--init-groups"]),
      ...["env", `--chdir=${cwd}`, ...command],
    ];
    const process = new Deno.Command(program!, {
      args,
      clearEnv: true,
      env: { PATH, ...env },
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return { process, ended: finish(process, stdin) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

function groupOf(user: string): string {
  return user === "nobody" ? "nogroup" : user;
}
