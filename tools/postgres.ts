/**
 * Finds a PostgreSQL or starts one, for the tests and the measurements: the one
 * at `EVENTCOUNTER_TEST_POSTGRES`, else a private one at 127.0.0.1 with a free
 * port and a temporary folder. Where it is missing, root on Debian and Ubuntu
 * installs it with apt-get, unless `EVENTCOUNTER_NO_INSTALL` is `1`. What was
 * started does not outlive this process, not even if it is killed.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { findFreePort } from "./broker/free_port.ts";
import { GuardedProcess } from "./broker/guarded_process.ts";
import { installPackage } from "./broker/system_package.ts";

/** The variable that names a PostgreSQL to use: a URL of a superuser. */
export const POSTGRES_VARIABLE = "EVENTCOUNTER_TEST_POSTGRES";

/** How long a server may take to accept connections, in ms. */
const START_LIMIT = 60_000;

/** A PostgreSQL that answers. `await using` ends what was started for it. */
export interface Postgres extends AsyncDisposable {
  /** Of a superuser, with the password. */
  readonly url: string;
}

/** Settings of a {@linkcode PrivatePostgres}. */
export interface PostgresOptions {
  /** Further lines of `postgresql.conf`, such as `ssl = on`. */
  readonly configuration?: readonly string[];
  /** Files for its data folder, by name: certificates and keys. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The given server, or one of our own; see the head of this file. */
export async function findOrStartPostgres(): Promise<Postgres> {
  const url = Deno.env.get(POSTGRES_VARIABLE);
  if (!url) return await PrivatePostgres.launch();
  return { url, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** A PostgreSQL of our own, to be halted, killed and started as a test needs. */
export class PrivatePostgres implements Postgres {
  readonly url: string;
  readonly #programs: string;
  readonly #folder: string;
  readonly #port = findFreePort();
  readonly #password = crypto.randomUUID();
  #server: GuardedProcess | undefined;

  private constructor(programs: string, folder: string) {
    this.#programs = programs;
    this.#folder = folder;
    this.url =
      `postgres://eventcounter:${this.#password}@127.0.0.1:${this.#port}/postgres`;
  }

  /**
   * Starts a server with a new, empty cluster, in some 2 s.
   *
   * @throws {Error} If PostgreSQL is missing, or does not start within 60 s.
   */
  static async launch(options: PostgresOptions = {}): Promise<PrivatePostgres> {
    const programs = await obtainPrograms();
    const folder = await Deno.makeTempDir({ prefix: "eventcounter_postgres_" });
    const server = new PrivatePostgres(programs, folder);
    try {
      await server.#initialise(options);
      await server.start();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Starts it again with the same data, and waits until it takes logins. */
  async start(): Promise<void> {
    const port = ["-p", String(this.#port)];
    const log = join(this.#folder, "postgres.log");
    const [program, ...args] = this.#command("postgres", "-D", this.#data);
    const server = await GuardedProcess.start({
      program: program!,
      args: [...args, ...port],
      environment: environment(),
      folder: this.#folder,
      log,
      orphanFolder: this.#folder,
    });
    this.#server = server;
    const ready = join(this.#programs, "pg_isready");
    const deadline = performance.now() + START_LIMIT;
    while (server.running && performance.now() < deadline) {
      if (await succeeds(ready, "-q", "-h", "127.0.0.1", ...port)) return;
    }
    await server.end("KILL");
    const lines = (await Deno.readTextFile(log)).trimEnd().split("\n");
    throw new Error(
      "The private PostgreSQL did not start; the last lines of its log:\n" +
        lines.slice(-10).join("\n"),
    );
  }

  /** Ends it in order, connections too; the data stays. */
  async halt(): Promise<void> {
    await this.#server?.end("INT");
  }

  /** Ends it at once by SIGKILL; the next start recovers from its log. */
  async kill(): Promise<void> {
    await this.#server?.end("KILL");
  }

  /** Ends it and deletes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.halt();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #initialise({ configuration = [], files = {} }: PostgresOptions) {
    const data = this.#data;
    const password = join(this.#folder, "password");
    await Deno.writeTextFile(password, this.#password);
    await Deno.chmod(this.#folder, 0o755);
    await Deno.mkdir(data);
    await own(password, data);
    const made = await succeeds(
      ...this.#command("initdb", "-D", data, "-U", "eventcounter"),
      ...[`--pwfile=${password}`, "-A", "scram-sha-256"],
      ...["-E", "UTF8", "--locale=C", "--no-sync"],
    );
    if (!made) throw new Error(`Cannot make a PostgreSQL cluster in ${data}`);
    const lines = [
      "listen_addresses = '127.0.0.1'",
      "unix_socket_directories = ''",
    ];
    await Deno.writeTextFile(
      join(data, "postgresql.conf"),
      [...lines, ...configuration, ""].join("\n"),
      { append: true },
    );
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(data, name), text, { mode: 0o600 });
      await own(join(data, name));
    }
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  /** PostgreSQL refuses root: the user that the package makes takes its place. */
  #command(program: string, ...args: string[]): string[] {
    const place = join(this.#programs, program);
    if (Deno.uid() !== 0) return [place, ...args];
    const as = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
    return ["setpriv", ...as, place, ...args];
  }
}

async function obtainPrograms(): Promise<string> {
  const found = await findPrograms();
  if (found !== undefined) return found;
  await installPackage("postgresql", "PostgreSQL", console.error);
  const installed = await findPrograms();
  if (installed !== undefined) return installed;
  throw new Error(
    "Cannot start PostgreSQL: the program initdb is missing; install it " +
      "(Debian, Ubuntu: apt-get install postgresql; macOS: brew install " +
      `postgresql), or set ${POSTGRES_VARIABLE} to a server`,
  );
}

/** Debian keeps a folder for each version, outside of the search path. */
async function findPrograms(): Promise<string | undefined> {
  const { stdout } = await new Deno.Command("sh", {
    args: [
      "-c",
      "ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -rV; command -v initdb",
    ],
  }).output();
  const [first] = new TextDecoder().decode(stdout).split("\n");
  return first ? dirname(first) : undefined;
}

/** No variable for the machine's own server reaches a private one. */
function environment(): Record<string, string> {
  return { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LC_ALL: "C.UTF-8" };
}

async function own(...paths: string[]): Promise<void> {
  if (Deno.uid() === 0) await succeeds("chown", "postgres", ...paths);
}

async function succeeds(...[program, ...args]: string[]): Promise<boolean> {
  const command = new Deno.Command(program!, {
    args,
    clearEnv: true,
    env: environment(),
  });
  return (await command.output()).success;
}
