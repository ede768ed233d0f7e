import { isTooLong } from "../model/name.ts";

/** Where a message has its id. */
export type IdPlace =
  | {
    readonly in: "body";
    /** Names of members of the JSON body, each of the value of the one before. */
    readonly path: readonly string[];
  }
  /** In AMQP's basic property `message-id`. */
  | { readonly in: "message-id" }
  | {
    readonly in: "header";
    /** Its name. */
    readonly name: string;
  };

/** The member `id` of the body. */
export const USUAL_ID: IdPlace = { in: "body", path: ["id"] };

/**
 * Reads `message-id`, `header:<name>`, or `json:` with names separated by dots
 * (`json:event.id`), or with a JSON Pointer (RFC 6901, `json:/event/id`), where
 * any name can stand.
 *
 * @returns The place, or nothing if the text names none.
 */
export function parseIdPlace(text: string): IdPlace | undefined {
  if (text === "message-id") return { in: "message-id" };
  const [, kind, rest = ""] = /^(json|header):(.+)$/s.exec(text) ?? [];
  if (kind === "header") {
    return isTooLong(rest) ? undefined : { in: "header", name: rest };
  }
  const path = rest.startsWith("/") ? readPointer(rest) : readNames(rest);
  return path === undefined ? undefined : { in: "body", path };
}

function readNames(text: string): string[] | undefined {
  const names = text.split(".");
  return names.includes("") ? undefined : names;
}

function readPointer(pointer: string): string[] | undefined {
  if (/~(?![01])/.test(pointer)) return undefined;
  return pointer.split("/").slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}
