import { connect, createServer, type Server, type Socket } from "node:net";
import { findFreePort } from "../../tools/broker.ts";
import { ProxyLink } from "./proxy_link.ts";

/** Which way bytes go through the proxy. */
export type Direction = "toBroker" | "toProgram";

/**
 * What to do to a connection: `cut` closes both its ends; `stall` lets nothing
 * through, not even that an end has closed, until {@linkcode TcpProxy.resume};
 * `reset` makes the program get a TCP reset; bytes are put into the stream
 * ahead of what comes next, which ought to be the beginning of a frame.
 */
export type ProxyFault = "cut" | "stall" | "reset" | Uint8Array;

/** A moment in the stream of bytes. */
export interface CutPoint {
  readonly direction: Direction;
  /** Which frames count, by their method. Default: every frame. */
  readonly method?: number;
  /**
   * The frame at whose beginning it is: the n-th of these from now on, over
   * all connections. 0 means now.
   */
  readonly frame: number;
  /** So many bytes later. Default 0. */
  readonly bytes?: number;
}

/** Methods of AMQP 0-9-1: class in the upper, method in the lower half. */
export const METHOD = {
  channelClose: 0x00140028,
  deliver: 0x003c003c,
  ack: 0x003c0050,
  consume: 0x003c0014,
  queueDeclare: 0x0032000a,
  open: 0x000a0028,
  queueBindOk: 0x00320015,
} as const;

/** A fault that waits for its moment. */
export interface Plan {
  readonly moment: CutPoint;
  readonly fault: ProxyFault;
  /** Frames that must still begin. */
  frames: number;
  /** After them, bytes that must still pass. */
  bytes: number;
  readonly done: () => void;
}

/**
 * Stands between a program and its broker, and does to their connections what
 * networks do.
 */
export class TcpProxy implements AsyncDisposable {
  readonly #port = findFreePort();
  readonly #target: URL;
  readonly #links = new Set<ProxyLink>();
  readonly #plans: Plan[] = [];
  #server: Server | undefined;
  #accepted = 0;

  private constructor(brokerUrl: string) {
    this.#target = new URL(brokerUrl);
  }

  /** Starts one. @param brokerUrl The broker behind it. */
  static async start(brokerUrl: string): Promise<TcpProxy> {
    for (;;) {
      const proxy = new TcpProxy(brokerUrl);
      try {
        await proxy.admit();
        return proxy;
      } catch (error) {
        // Another process has taken the port since it was found free.
        if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
      }
    }
  }

  /**
   * The broker's URL with the proxy in its place.
   *
   * @param heartbeat Seconds; default: none in the URL.
   */
  url(heartbeat?: number): string {
    const url = new URL(this.#target);
    url.port = String(this.#port);
    if (heartbeat !== undefined) {
      url.searchParams.set("heartbeat", String(heartbeat));
    }
    return url.href;
  }

  /** Connections accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections of which at least one end is open. */
  get open(): number {
    return this.#links.size;
  }

  /** Accepts connections, after {@linkcode refuse}. */
  async admit(): Promise<void> {
    const server = createServer((program) => this.#connect(program));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", () => resolve());
    });
  }

  /** Refuses new connections; those that are open stay. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  /** Cuts every connection now. @returns How many there were. */
  cut(): number {
    const cut = this.#links.size;
    for (const link of this.#links) link.close();
    return cut;
  }

  /** Ends every stall; what has come meanwhile is let through first. */
  async resume(): Promise<void> {
    for (const link of this.#links) await link.resume();
  }

  /**
   * Does something at a moment to come, to the connection it comes on.
   *
   * @returns Settles when it is done.
   */
  plan(moment: CutPoint, fault: ProxyFault): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#plans.push({
      moment,
      fault,
      frames: moment.frame,
      bytes: moment.bytes ?? 0,
      done: resolve,
    });
    return promise;
  }

  /**
   * The same at the n-th frame of a method from now on, whichever side sends
   * it, or so many bytes later.
   */
  planAt(
    method: keyof typeof METHOD,
    frame: number,
    fault: ProxyFault,
    bytes = 0,
  ): Promise<void> {
    const isBrokers = ["deliver", "queueBindOk"].includes(method);
    const direction = isBrokers ? "toProgram" : "toBroker";
    return this.plan(
      { direction, method: METHOD[method], frame, bytes },
      fault,
    );
  }

  /** Closes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.refuse();
    const links = [...this.#links];
    this.cut();
    await Promise.all(links.map((link) => link.ended));
  }

  async #connect(program: Socket): Promise<void> {
    this.#accepted++;
    // What happens to a connection shows where it is read or written.
    program.on("error", () => {});
    program.setNoDelay();
    const { hostname, port } = this.#target;
    const broker = connect(Number(port), hostname);
    try {
      await new Promise<void>((resolve, reject) => {
        broker.once("connect", resolve);
        broker.on("error", reject);
      });
    } catch {
      // The broker does not listen, and neither do we, then.
      program.destroy();
      return;
    }
    broker.setNoDelay();
    const link = new ProxyLink(program, broker, this.#plans);
    this.#links.add(link);
    await link.ended;
    this.#links.delete(link);
  }
}
