/**
 * Picks from a structure what another one asks for.
 *
 * @module
 */

type Loose = Record<PropertyKey, unknown>;
/** Pairs of objects that are being picked: for cyclic structures. */
type Pairs = WeakMap<object, object>;

/**
 * Copies the properties of `actual` that `wanted` has too, deeply.
 *
 * Objects become plain ones. If the two have no property in common, all of
 * `actual` is copied, so that a comparison shows what it has instead.
 *
 * @throws {TypeError} If `actual` is not an object.
 */
export function pick(actual: Loose, wanted: Loose): Loose {
  return pickProperties(actual, wanted, new WeakMap());
}

function pickProperties(actual: Loose, wanted: Loose, pairs: Pairs): Loose {
  if (!isObject(actual)) {
    const kind = actual === null ? "null" : `type ${typeof actual}`;
    throw new TypeError(`Cannot assertObjectMatch ${kind}`);
  }
  if (pairs.get(actual) === wanted) return actual;
  pairs.set(actual, wanted);
  const keys = Reflect.ownKeys(actual);
  const wantedKeys = Reflect.ownKeys(wanted);
  const common = keys.filter((key) => wantedKeys.includes(key));
  const nothingCommon = common.length === 0 && wantedKeys.length > 0;
  const picked: Loose = {};
  for (const key of nothingCommon ? keys : common) {
    const value = nothingCommon
      ? actual[key]
      : pickValue(actual[key], wanted[key], pairs);
    // Defined and not assigned, because a key may be `__proto__`.
    Object.defineProperty(picked, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return picked;
}

function pickValue(actual: unknown, wanted: unknown, pairs: Pairs): unknown {
  if (!isObject(actual) || !isObject(wanted)) return actual;
  if (actual instanceof RegExp || actual instanceof Date) return actual;
  if (Array.isArray(actual) && Array.isArray(wanted)) {
    return pickElements(actual, wanted, pairs);
  }
  if (actual instanceof Map && wanted instanceof Map) {
    const entries = [...actual].filter(([key]) => wanted.has(key));
    return new Map(entries.map(([key, value]) => {
      const other = wanted.get(key);
      return isObject(value) && isObject(other)
        ? [key, pickProperties(value, other, pairs)]
        : [key, value];
    }));
  }
  if (actual instanceof Set && wanted instanceof Set) {
    return actual.intersection(wanted);
  }
  return pickProperties(actual, wanted, pairs);
}

function pickElements(
  actual: unknown[],
  wanted: unknown[],
  pairs: Pairs,
): unknown[] {
  if (pairs.get(actual) === wanted) return actual;
  pairs.set(actual, wanted);
  const length = Math.min(actual.length, wanted.length);
  return Array.from(
    { length },
    (_, index) => pickValue(actual[index], wanted[index], pairs),
  );
}

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null;
}
