import { findFreePort } from "../../tools/broker.ts";

type Direction = "toServer" | "toProgram";

/** One connection through the proxy. */
interface Link {
  readonly program: Deno.TcpConn;
  readonly server: Deno.TcpConn;
}

/**
 * Stands between a ledger and its PostgreSQL. Each direction can be held up, and
 * the two ends of a connection closed one without the other.
 */
export class PostgresProxy implements AsyncDisposable {
  readonly #port = findFreePort();
  readonly #target: URL;
  readonly #links = new Set<Link>();
  readonly #listener: Deno.TcpListener;
  #pumps: Promise<unknown>[] = [];
  /** Settles when the direction may be used again. */
  #gates: Partial<Record<Direction, PromiseWithResolvers<void>>> = {};
  /** Gates that are closed for those who stand before them. */
  #closed: PromiseWithResolvers<void>[] = [];

  /** @param url Of a ledger; {@linkcode PostgresProxy.url} leads there, too. */
  constructor(url: string) {
    this.#target = new URL(url);
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.#port });
    this.#pumps.push(this.#accept());
  }

  get url(): string {
    const url = new URL(this.#target);
    url.port = String(this.#port);
    return url.href;
  }

  /** Whether something has come that is held up. */
  holdsSomething = false;

  /** Lets nothing through in one direction. */
  hold(direction: Direction): void {
    const gate = Promise.withResolvers<void>();
    this.#gates[direction] = gate;
    this.#closed.push(gate);
  }

  /** Lets everything through from now on, but not what is held up. */
  admit(): void {
    this.#gates = {};
  }

  /** Lets through what is held up, too. */
  release(): void {
    this.admit();
    for (const gate of this.#closed.splice(0)) gate.resolve();
  }

  /** Closes all connections at the program's end, at the server's, or both. */
  cut(...ends: (keyof Link)[]): void {
    for (const link of this.#links) {
      for (const end of ends) close(link[end]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.release();
    this.cut("program", "server");
    await Promise.allSettled(this.#pumps);
  }

  async #accept(): Promise<void> {
    for await (const program of this.#listener) {
      const { hostname, port } = this.#target;
      const server = await Deno.connect({ hostname, port: Number(port) });
      const link = { program, server };
      this.#links.add(link);
      this.#pumps.push(
        this.#pump("toServer", program, server),
        this.#pump("toProgram", server, program),
      );
    }
  }

  async #pump(
    direction: Direction,
    from: Deno.TcpConn,
    to: Deno.TcpConn,
  ): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (let length; (length = await from.read(buffer)) !== null;) {
        const gate = this.#gates[direction];
        this.holdsSomething ||= gate !== undefined;
        await gate?.promise;
        for (let at = 0; at < length;) {
          at += await to.write(buffer.subarray(at, length));
        }
      }
    } catch {
      // One of the two was closed, here or by its other end.
    }
    close(to);
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
