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
  readonly #finished: Promise<void>;

  /**
   * Begins to listen.
   *
   * @param pages By their paths.
   * @param onFailure Called when a page cannot be made, and when it can listen
   * no more (out of descriptors, say).
   * @throws {EventCounterError} 73 if it cannot begin.
   */
  constructor(
    address: ListenAddress,
    pages: Readonly<Record<string, Page>>,
    onFailure: (error: unknown) => void,
  ) {
    try {
      this.#server = Deno.serve({
        ...address,
        signal: this.#stop.signal,
        onListen: () => {/* Told by whoever has it listen. */},
        onError: (error) => {
          onFailure(error);
          return text("This page cannot be made.\n", 500);
        },
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
    this.#finished = this.#server.finished.catch(onFailure);
  }

  /** Where its pages are. */
  get url(): string {
    return urlOf(this.#server.addr);
  }

  /** Ends at once, also what is being answered. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#finished;
  }
}

async function answer(
  { method, url }: Request,
  pages: ReadonlyMap<string, Page>,
): Promise<Response> {
  // A header "Host" that is none makes no URL.
  const page = pages.get(URL.parse(url)?.pathname ?? "");
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
