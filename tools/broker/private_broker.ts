import { dirname, join } from "node:path";
import { waitForLogin } from "./amqp_login.ts";
import { type Broker, BrokerUnavailableError } from "./broker.ts";
import { GuardedProcess } from "./guarded_process.ts";
import { NodeFiles } from "./node_files.ts";

/** Settings of a {@linkcode PrivateBroker}. */
export interface PrivateBrokerSettings {
  /** The start script of RabbitMQ. */
  readonly program: string;
  /**
   * Further lines of `rabbitmq.conf`, such as `consumer_timeout = 10000` or
   * `listeners.ssl.1 = 127.0.0.1:21000`. Default none.
   */
  readonly configuration?: readonly string[];
  /**
   * Plugins to enable, such as `rabbitmq_management`. One that listens needs
   * its address and port among the configuration lines. Default
   * `rabbitmq_sharding`, which partitions need and which costs no time.
   */
  readonly plugins?: readonly string[];
}

/** How long a node may take to accept the first login, in ms. */
const START_LIMIT = 60_000;

/** "Which nodes are there?" in the protocol of Erlang's name server. */
const NAMES_REQUEST = new Uint8Array([0, 1, "n".charCodeAt(0)]);

/**
 * A RabbitMQ of our own at 127.0.0.1, which can be halted, killed and started
 * again as a test needs it. It ends with this process, however that ends.
 */
export class PrivateBroker implements Broker {
  readonly origin = "private";
  /** `amqp://guest:guest@127.0.0.1:<port>`, the same after every start. */
  readonly url: string;
  /** The temporary folder with its data and its `log`, gone after `stop`. */
  readonly folder: string;
  readonly #program: string;
  readonly #files: NodeFiles;
  #nameServer: GuardedProcess | undefined;
  #node: GuardedProcess | undefined;

  private constructor(settings: PrivateBrokerSettings, files: NodeFiles) {
    this.#program = settings.program;
    this.#files = files;
    this.folder = files.folder;
    this.url = `amqp://guest:guest@127.0.0.1:${files.ports.amqp}`;
  }

  /**
   * Starts a node on free ports with a new, empty data folder.
   *
   * @throws {BrokerUnavailableError} If it accepts no login within 60 s, or
   * ends before.
   */
  static async launch(settings: PrivateBrokerSettings): Promise<PrivateBroker> {
    const files = await NodeFiles.make({
      program: settings.program,
      configuration: settings.configuration ?? [],
      plugins: settings.plugins ?? ["rabbitmq_sharding"],
    });
    const broker = new PrivateBroker(settings, files);
    try {
      await broker.start();
    } catch (error) {
      await broker.stop();
      throw error;
    }
    return broker;
  }

  /**
   * The process id of the Erlang VM, or `undefined` while it is not running. A
   * test can freeze the broker with SIGSTOP; SIGCONT must come before `halt`.
   */
  get pid(): number | undefined {
    return this.#node?.running ? this.#node.pid : undefined;
  }

  /**
   * Starts it again, on the same port with the same data, and waits until it
   * accepts a login.
   *
   * @throws {BrokerUnavailableError} If it accepts no login within 60 s, or
   * ends before.
   * @throws {Error} If it is running.
   */
  async start(): Promise<void> {
    if (this.#node?.running) {
      throw new Error(`Cannot start the broker at ${this.url}: it is running`);
    }
    await this.#startNameServer();
    const node = await this.#guard(this.#program, []);
    this.#node = node;
    if (await waitForLogin(this.url, START_LIMIT, () => node.running)) return;
    const what = node.running
      ? `accepted no login within ${START_LIMIT / 1_000} s`
      : `ended with code ${await node.ended}`;
    await node.end("KILL");
    throw new BrokerUnavailableError(
      `The private RabbitMQ ${what}; the last lines of its log:\n` +
        await this.#files.lastLogLines(),
    );
  }

  /** Ends it in order and keeps the data. Does nothing if it is not running. */
  async halt(): Promise<void> {
    await this.#node?.end("TERM");
  }

  /**
   * Ends it at once by SIGKILL and keeps what of the data had reached the disk.
   * Does nothing if it is not running.
   */
  async kill(): Promise<void> {
    await this.#node?.end("KILL");
  }

  /** Ends it in order, and deletes its folder. Safe to repeat. */
  async stop(): Promise<void> {
    await this.halt();
    await this.#nameServer?.end("TERM");
    await this.#files.remove();
  }

  /** The same as {@linkcode PrivateBroker.stop}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /**
   * Runs `rabbitmqctl` against it, which takes a second or two.
   *
   * @example
   * ```ts ignore
   * const table = await broker.ctl("-q", "list_queues", "name", "messages");
   * ```
   *
   * @returns What it wrote to its standard output.
   * @throws {Error} If it fails; the message holds what it said.
   */
  async ctl(...args: string[]): Promise<string> {
    const { success, code, stdout, stderr } = await new Deno.Command(
      join(dirname(this.#program), "rabbitmqctl"),
      {
        args,
        clearEnv: true,
        env: this.#files.controlEnvironment(),
        stdin: "null",
      },
    ).output();
    const decoder = new TextDecoder();
    if (success) return decoder.decode(stdout);
    throw new Error(
      `rabbitmqctl ${args.join(" ")} ended with code ${code}: ` +
        (decoder.decode(stderr) + decoder.decode(stdout)).trim(),
    );
  }

  /**
   * Starts the Erlang name server ahead of the node, which would otherwise
   * leave a daemon of its own behind.
   */
  async #startNameServer(): Promise<void> {
    if (this.#nameServer?.running) return;
    const port = this.#files.ports.epmd;
    this.#nameServer = await this.#guard(
      "epmd",
      ["-port", String(port), "-address", "127.0.0.1"],
      this.#files.folder,
    );
    const deadline = performance.now() + START_LIMIT;
    while (this.#nameServer.running && performance.now() < deadline) {
      try {
        using connection = await Deno.connect({ hostname: "127.0.0.1", port });
        await connection.write(NAMES_REQUEST);
        if (await connection.read(new Uint8Array(4)) !== null) return;
      } catch {
        // It does not listen yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new BrokerUnavailableError(
      "Erlang's name server epmd did not start; the last lines of its log:\n" +
        await this.#files.lastLogLines(),
    );
  }

  #guard(
    program: string,
    args: readonly string[],
    orphanFolder = "",
  ): Promise<GuardedProcess> {
    return GuardedProcess.start({
      program,
      args,
      environment: this.#files.environment(),
      folder: this.#files.folder,
      log: this.#files.startLog,
      orphanFolder,
    });
  }
}
