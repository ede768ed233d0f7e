import { byCodePoint, type UserCount } from "../model/counts.ts";

/** Counts handed out at once. */
const PAGE = 1000;

/** Counts that are sorted by code point of the user, each user once, in pages. */
export type SortedCounts = AsyncIterable<readonly UserCount[]>;

/** Adds up sorted counts; a page of each is in memory at a time. */
export function addSorted(parts: readonly SortedCounts[]): SortedCounts {
  if (parts.length === 1) return parts[0]!;
  if (parts.length === 0) return pagesOf([]);
  const middle = parts.length >> 1;
  return addTwo(
    addSorted(parts.slice(0, middle)),
    addSorted(parts.slice(middle)),
  );
}

/** Sorted counts that are in memory, as pages. */
export async function* pagesOf(
  counts: readonly UserCount[],
  size = PAGE,
): AsyncGenerator<readonly UserCount[], void, void> {
  for (let from = 0; from < counts.length; from += size) {
    yield counts.slice(from, from + size);
  }
}

async function* addTwo(
  left: SortedCounts,
  right: SortedCounts,
): AsyncGenerator<readonly UserCount[], void, void> {
  await using a = new Cursor(left), b = new Cursor(right);
  await Promise.all([a.fill(), b.fill()]);
  let page: UserCount[] = [];
  while (a.count !== undefined || b.count !== undefined) {
    const order = compare(a.count, b.count);
    if (order < 0) page.push(a.count!);
    else if (order > 0) page.push(b.count!);
    else page.push([a.count![0], a.count![1] + b.count![1]]);
    // Waiting for each single count would take longer than all the rest.
    if (order <= 0 && a.advance()) await a.fill();
    if (order >= 0 && b.advance()) await b.fill();
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** Nothing comes last. */
function compare(a: UserCount | undefined, b: UserCount | undefined): number {
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  return byCodePoint(a[0], b[0]);
}

/** A place in pages of counts. */
class Cursor implements AsyncDisposable {
  readonly #pages: AsyncIterator<readonly UserCount[]>;
  #page: readonly UserCount[] = [];
  #at = 0;

  constructor(pages: SortedCounts) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** The count there; nothing at the end. */
  get count(): UserCount | undefined {
    return this.#page[this.#at];
  }

  /** Goes on by one. @returns Whether the next page has to be fetched. */
  advance(): boolean {
    return ++this.#at >= this.#page.length;
  }

  /** Fetches the next page that is not empty. */
  async fill(): Promise<void> {
    do {
      const { done, value } = await this.#pages.next();
      [this.#page, this.#at] = [done === true ? [] : value, 0];
      if (done === true) return;
    } while (this.#page.length === 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pages.return?.();
  }
}
