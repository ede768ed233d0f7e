/** What becomes of a body: the reason to reject it, or its id. */
export type BodyOutcome = string | { id: string; isUuid: boolean };

const CANONICAL =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The rules of a body, the long way round; of one that is not too large. */
export function modelOfBody(body: Uint8Array): BodyOutcome {
  let parsed;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return "bad_json";
  }
  if (Object.prototype.toString.call(parsed) !== "[object Object]") {
    return "bad_json";
  }
  if (!Object.keys(parsed).includes("id")) return "missing_id";
  const { id } = parsed;
  const isGood = typeof id === "string" && id !== "" &&
    new TextEncoder().encode(id).length <= 1_024;
  return isGood ? { id, isUuid: CANONICAL.test(id) } : "bad_id";
}
