/**
 * Stand-in for `@std/assert` on networks that serve npm only.
 *
 * It is mapped to the bare name `@std/assert` by `tools/npm_only/deno.json`.
 * Whether an assertion holds is decided as in the real package. The wording of
 * a failure begins alike, but the difference between two values is shown by
 * `node:assert`.
 *
 * @module
 */
export { AssertionError } from "./std_assert/assertion_error.ts";
export {
  assertAlmostEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "./std_assert/comparisons.ts";
export {
  assert,
  assertExists,
  assertFalse,
  fail,
  unimplemented,
  unreachable,
} from "./std_assert/conditions.ts";
export { equal } from "./std_assert/equal.ts";
export {
  assertArrayIncludes,
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertObjectMatch,
  assertStrictEquals,
} from "./std_assert/equality.ts";
export {
  assertIsError,
  assertRejects,
  assertThrows,
} from "./std_assert/errors.ts";
export {
  assertInstanceOf,
  assertNotInstanceOf,
} from "./std_assert/instances.ts";
export {
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "./std_assert/strings.ts";
