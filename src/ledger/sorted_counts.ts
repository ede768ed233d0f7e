import { byCodePoint, type UserCount } from "../model/counts.ts";

/** Counts handed out at once. */
const PAGE = 1000;

/** Counts that are sorted by code point of the user, each user once, in pages. */
export type SortedCounts = Pages<UserCount>;

/** Something of a user, which can be sorted by it. */
type OfUser = readonly [userId: string, ...rest: unknown[]];

type Pages<Item> = AsyncIterable<readonly Item[]>;

/** Adds up sorted counts; a page of each is in memory at a time. */
export function addSorted(parts: readonly SortedCounts[]): SortedCounts {
  return mergeSorted<UserCount>(
    parts,
    ([user, left], [_, right]) => [user, left + right],
  );
}

/**
 * Merges what is sorted by code point of the user; a page of each is in memory
 * at a time.
 *
 * @param add Makes one of two of the same user. Default: both stay, one behind
 * the other.
 */
export function mergeSorted<Item extends OfUser>(
  parts: readonly Pages<Item>[],
  add?: (left: Item, right: Item) => Item,
): Pages<Item> {
  if (parts.length === 1) return parts[0]!;
  if (parts.length === 0) return pagesOf<Item>([]);
  const middle = parts.length >> 1;
  return mergeTwo(
    mergeSorted(parts.slice(0, middle), add),
    mergeSorted(parts.slice(middle), add),
    add,
  );
}

/** Sorted counts that are in memory, as pages. */
export async function* pagesOf<Item>(
  counts: readonly Item[],
  size = PAGE,
): AsyncGenerator<readonly Item[], void, void> {
  for (let from = 0; from < counts.length; from += size) {
    yield counts.slice(from, from + size);
  }
}

async function* mergeTwo<Item extends OfUser>(
  left: Pages<Item>,
  right: Pages<Item>,
  add: ((left: Item, right: Item) => Item) | undefined,
): AsyncGenerator<readonly Item[], void, void> {
  await using a = new Cursor(left), b = new Cursor(right);
  await Promise.all([a.fill(), b.fill()]);
  let page: Item[] = [];
  while (a.item !== undefined || b.item !== undefined) {
    const order = compare(a.item, b.item);
    if (order < 0) page.push(a.item!);
    else if (order > 0) page.push(b.item!);
    else if (add === undefined) page.push(a.item!, b.item!);
    else page.push(add(a.item!, b.item!));
    // Waiting for each single one would take longer than all the rest.
    if (order <= 0 && a.advance()) await a.fill();
    if (order >= 0 && b.advance()) await b.fill();
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** Nothing comes last. */
function compare(a: OfUser | undefined, b: OfUser | undefined): number {
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  return byCodePoint(a[0], b[0]);
}

/** A place in pages. */
class Cursor<Item> implements AsyncDisposable {
  readonly #pages: AsyncIterator<readonly Item[]>;
  #page: readonly Item[] = [];
  #at = 0;

  constructor(pages: Pages<Item>) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** What is there; nothing at the end. */
  get item(): Item | undefined {
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
