import { EventCounterError, EXIT, messageOf } from "../model/errors.ts";

/** Where to listen. */
export interface ListenAddress {
  /** A name or an IP address; IPv6 without brackets. */
  readonly hostname: string;
  /** 0 means one that is free. */
  readonly port: number;
}

/** Makes a page when it is asked for. */
export type Page = () => Response | Promise<Response>;

/** Serves pages by HTTP, to be read and no more. */
export class PageServer {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stop = new AbortController();

  /**
   * Begins to listen.
   *
   * @param pages By their paths.
   * @throws {EventCounterError} 73 if it cannot.
   */
  constructor(address: ListenAddress, pages: Readonly<Record<string, Page>>) {
    try {
      this.#server = Deno.serve({
        ...address,
        signal: this.#stop.signal,
        onListen: () => {/* Told by whoever has it listen. */},
      }, (request) => answer(request, new Map(Object.entries(pages))));
    } catch (error) {
      throw new EventCounterError(
        EXIT.cannotCreateOutput,
        `Cannot listen to ${urlOf(address)}: ${
          messageOf(error)
        }; give another address with --listen`,
        { cause: error },
      );
    }
  }

  /** Where its pages are. */
  get url(): string {
    return urlOf(this.#server.addr);
  }

  /** Ends at once, also what is being answered. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#server.finished;
  }
}

async function answer(
  { method, url }: Request,
  pages: ReadonlyMap<string, Page>,
): Promise<Response> {
  const page = pages.get(new URL(url).pathname);
  if (page === undefined) return text("There is no such page.\n", 404);
  if (method !== "GET" && method !== "HEAD") {
    return text("Pages can only be read.\n", 405);
  }
  const response = await page();
  response.headers.set("cache-control", "no-store");
  response.headers.set("x-content-type-options", "nosniff");
  return response;
}

/** A page of plain text. */
export function text(content: string, status = 200): Response {
  return new Response(content, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

function urlOf({ hostname, port }: ListenAddress): string {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `http://${host}:${port}`;
}
