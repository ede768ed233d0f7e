/**
 * Equality of values.
 *
 * `node:assert` has a deep equality of its own, but another one: it tells 0
 * from -0 and objects without a prototype from others, and looks at own
 * properties only.
 *
 * @module
 */

/** Pairs of objects whose comparison is under way: for cyclic structures. */
type Pairs = Map<object, object>;

const TypedArray = Object.getPrototypeOf(Uint8Array);

/** Prototypes whose objects are equal if their texts are. */
const COMPARED_AS_TEXT = new Set<unknown>(
  [RegExp, URL, URLSearchParams, Intl.Locale, ...temporalClasses()].map(
    (constructor) => constructor.prototype,
  ),
);

/**
 * Tells whether two values are equal, deeply.
 *
 * The order of properties does not count, nor does that of the entries of maps
 * and sets. A property that is `undefined` differs from one that is missing.
 * `NaN` equals itself, and 0 equals -0. Functions, and objects whose content
 * cannot be read, are equal only to themselves.
 *
 * @throws {TypeError} If a `WeakMap` or a `WeakSet` is to be compared.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

function compare(a: unknown, b: unknown, pairs: Pairs): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (a instanceof Date && b instanceof Date) {
    return Object.is(a.getTime(), b.getTime());
  }
  if (prototypeOf(a) !== prototypeOf(b)) return false;
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare ${a.constructor.name} instances`);
  }
  if (a instanceof WeakRef && b instanceof WeakRef) {
    return compare(a.deref(), b.deref(), pairs);
  }
  const [bytes, otherBytes] = [elementsOf(a), elementsOf(b)];
  if (bytes && otherBytes) {
    return bytes.length === otherBytes.length &&
      bytes.every((item, index) => compare(item, otherBytes[index], pairs));
  }
  if (pairs.get(a) === b) return true;
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  pairs.set(a, b);
  if (a instanceof Set && b instanceof Set) return compareSets(a, b, pairs);
  if (a instanceof Map && b instanceof Map) return compareMaps(a, b, pairs);
  if (COMPARED_AS_TEXT.has(Object.getPrototypeOf(a))) {
    return String(a) === String(b);
  }
  return compareProperties(a, b, pairs);
}

function compareProperties(a: object, b: object, pairs: Pairs): boolean {
  const isPlain = prototypeOf(a) === Object.prototype ||
    prototypeOf(a) === Array.prototype;
  const keys = isPlain
    ? Reflect.ownKeys({ ...a, ...b })
    : new Set([...allKeys(a), ...allKeys(b)]);
  for (const key of keys) {
    if ((key in a) !== (key in b)) return false;
    if (!compare(Reflect.get(a, key), Reflect.get(b, key), pairs)) {
      return false;
    }
  }
  return true;
}

function compareSets(
  a: ReadonlySet<unknown>,
  b: ReadonlySet<unknown>,
  pairs: Pairs,
): boolean {
  if (a.size !== b.size) return false;
  const hasObjects = [...a].some(isObjectOrFunction);
  return [...a].every((item) =>
    b.has(item) ||
    (hasObjects && [...b].some((other) => compare(item, other, pairs)))
  );
}

function compareMaps(
  a: ReadonlyMap<unknown, unknown>,
  b: ReadonlyMap<unknown, unknown>,
  pairs: Pairs,
): boolean {
  if (a.size !== b.size) return false;
  if (![...a.keys()].some(isObjectOrFunction)) {
    return [...a].every(([key, value]) =>
      b.has(key) && compare(value, b.get(key), pairs)
    );
  }
  // Keys can be equal without being the same, so all pairs are tried.
  return [...a].every(([key, value]) =>
    [...b].some(([otherKey, otherValue]) =>
      compare(key, otherKey, pairs) && compare(value, otherValue, pairs)
    )
  );
}

/** The elements of a typed array or the bytes of a buffer. */
function elementsOf(value: object): ArrayLike<unknown> & unknown[] | undefined {
  if (value instanceof TypedArray) {
    return Array.from(value as unknown as ArrayLike<unknown>);
  }
  const isBuffer = value instanceof ArrayBuffer ||
    value instanceof SharedArrayBuffer;
  return isBuffer ? Array.from(new Uint8Array(value)) : undefined;
}

/** The prototype; an object without one counts as a plain object. */
function prototypeOf(value: object): unknown {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

/** The keys of an object and of the classes it is made from. */
function allKeys(value: object): PropertyKey[] {
  const keys: PropertyKey[] = [];
  let current: object | null = value;
  while (
    current && current !== Object.prototype && current !== Array.prototype
  ) {
    keys.push(...Reflect.ownKeys(current));
    current = Object.getPrototypeOf(current);
  }
  return keys;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isObjectOrFunction(value: unknown): boolean {
  return isObject(value) || typeof value === "function";
}

function temporalClasses(): { prototype: unknown }[] {
  const { Temporal = {} } = globalThis as { Temporal?: object };
  return Object.getOwnPropertyNames(Temporal)
    .map((name) => Reflect.get(Temporal, name))
    .filter((member) => typeof member === "function");
}
