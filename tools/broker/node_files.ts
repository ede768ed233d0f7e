import { basename, dirname, join } from "node:path";
import { findFreePort } from "./free_port.ts";

/** The TCP ports of one private node, all of them at 127.0.0.1. */
export interface NodePorts {
  readonly amqp: number;
  /** For `rabbitmqctl`, which joins the node as one Erlang node another. */
  readonly distribution: number;
  /** For the name server through which Erlang nodes find each other. */
  readonly epmd: number;
}

/** What makes one node differ from another. */
export interface NodeSettings {
  /** The start script, not a wrapper that changes the user. */
  readonly program: string;
  /** Further lines of `rabbitmq.conf`. */
  readonly configuration: readonly string[];
  /** Plugins to enable, without those that they need. */
  readonly plugins: readonly string[];
}

/**
 * Reasons: on a small machine neither alarm may block publishers; a machine
 * that tests on all of its cores has none to spare for log lines.
 */
const CONFIGURATION = [
  "log.file.level = warning",
  "log.console = false",
  "disk_free_limit.absolute = 1MB",
  "vm_memory_high_watermark.relative = 0.9",
];

/**
 * Two schedulers are plenty for tests, and more would only fight them for the
 * cores (`u`: bound to none). No second name server, and no port that other
 * machines can reach.
 */
const SERVER_ARGUMENTS = "+S 2:2 +stbt u " +
  "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}";

/** Plugins that need no other and are kept in a slim installation. */
const SLIM_PLUGIN = /^rabbitmq_(prelaunch|sharding)/;

/** The line of the log after which a node says why it did not start. */
const FAILURE = "BOOT FAILED";

/** The folder of a private node, and the environment that keeps it there. */
export class NodeFiles {
  readonly folder: string;
  readonly ports: NodePorts;
  readonly #name: string;
  #slim = false;

  private constructor(folder: string) {
    this.folder = folder;
    this.ports = {
      amqp: findFreePort(),
      distribution: findFreePort(),
      epmd: findFreePort(),
    };
    this.#name = `${basename(folder)}@127.0.0.1`;
  }

  /** Makes a temporary folder with all that a node needs to start. */
  static async make(settings: NodeSettings): Promise<NodeFiles> {
    const folder = await Deno.makeTempDir({ prefix: "eventcounter_broker_" });
    const files = new NodeFiles(folder);
    for (const name of ["home", "data", "log"]) {
      await Deno.mkdir(join(folder, name));
    }
    const configuration = [
      `listeners.tcp.1 = 127.0.0.1:${files.ports.amqp}`,
      ...CONFIGURATION,
      ...settings.configuration,
    ];
    await Deno.writeTextFile(
      join(folder, "rabbitmq.conf"),
      configuration.join("\n") + "\n",
    );
    await Deno.writeTextFile(
      join(folder, "enabled_plugins"),
      `[${settings.plugins.join(",")}].\n`,
    );
    if (settings.plugins.every((plugin) => SLIM_PLUGIN.test(plugin))) {
      await files.#makeSlimHome(settings.program);
    }
    return files;
  }

  /** Where the start script and the name server write before there is a log. */
  get startLog(): string {
    return join(this.folder, "log", "start.log");
  }

  /**
   * The whole environment of the node, of its name server and of `rabbitmqctl`.
   * Nothing is taken from this process but the search path: a variable or a
   * file for the machine's own RabbitMQ must not reach a private one.
   */
  environment(): Record<string, string> {
    const { folder, ports } = this;
    const environment: Record<string, string> = {
      PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
      LANG: "C.UTF-8",
      // The Erlang cookie, the password between node and rabbitmqctl.
      HOME: join(folder, "home"),
      ERL_CRASH_DUMP_SECONDS: "0",
      ERL_EPMD_ADDRESS: "127.0.0.1",
      ERL_EPMD_PORT: String(ports.epmd),
      // "Long" names may hold an address: nothing has to resolve "localhost".
      RABBITMQ_NODENAME: this.#name,
      RABBITMQ_USE_LONGNAME: "true",
      RABBITMQ_NODE_PORT: String(ports.amqp),
      RABBITMQ_DIST_PORT: String(ports.distribution),
      RABBITMQ_MNESIA_BASE: join(folder, "data"),
      RABBITMQ_LOG_BASE: join(folder, "log"),
      RABBITMQ_PID_FILE: join(folder, "pid"),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
      RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
      RABBITMQ_CONFIG_FILES: join(folder, "more_configuration"),
      RABBITMQ_CONF_ENV_FILE: join(folder, "no_environment"),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: SERVER_ARGUMENTS,
      // Makes the start script become the node instead of watching over it, so
      // that a signal to its process id reaches the node itself.
      RUNNING_UNDER_SYSTEMD: "true",
    };
    if (this.#slim) {
      environment.RABBITMQ_SCRIPTS_DIR = join(folder, "slim", "sbin");
    }
    return environment;
  }

  /** The environment of `rabbitmqctl`, which needs the whole installation. */
  controlEnvironment(): Record<string, string> {
    const { RABBITMQ_SCRIPTS_DIR: _, ...environment } = this.environment();
    return {
      ...environment,
      RABBITMQ_CTL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    };
  }

  /** What the logs say last, or where they say why the node did not start. */
  async lastLogLines(): Promise<string> {
    const lines: string[] = [];
    for (
      const path of [
        this.startLog,
        join(this.folder, "log", `${this.#name}.log`),
      ]
    ) {
      try {
        const text = await Deno.readTextFile(path);
        lines.push(...excerpt(text.trimEnd().split("\n")));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      if (lines.includes(FAILURE)) break;
    }
    return lines.join("\n");
  }

  /** Deletes the folder, if it is still there. */
  async remove(): Promise<void> {
    try {
      await Deno.remove(this.folder, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /**
   * Links the installation, but for most of its plugins: a node examines each
   * of some forty, which takes a third of the time to start. An installation
   * of another layout is used as it is.
   */
  async #makeSlimHome(program: string): Promise<void> {
    const home = dirname(dirname(await Deno.realPath(program)));
    const names = (await Array.fromAsync(Deno.readDir(home))).map((entry) =>
      entry.name
    );
    if (!["sbin", "plugins"].every((name) => names.includes(name))) return;
    const slim = join(this.folder, "slim");
    await Deno.mkdir(join(slim, "plugins"), { recursive: true });
    for (const name of names) {
      if (name === "plugins") continue;
      await Deno.symlink(join(home, name), join(slim, name));
    }
    for await (const { name } of Deno.readDir(join(home, "plugins"))) {
      if (name.startsWith("rabbitmq_") && !SLIM_PLUGIN.test(name)) continue;
      await Deno.symlink(
        join(home, "plugins", name),
        join(slim, "plugins", name),
      );
    }
    this.#slim = true;
  }
}

/** The crash reports that follow a failed start are long and say less. */
function excerpt(lines: readonly string[]): string[] {
  const failure = lines.indexOf(FAILURE);
  if (failure === -1) return lines.slice(-15);
  return lines.slice(Math.max(0, failure - 8), failure + 16);
}
