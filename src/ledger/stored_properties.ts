import {
  type MessageProperties,
  readProperties,
} from "../model/message_properties.ts";

/** The properties of a message as ledgers keep them: JSON, or nothing. */
export function writeStoredProperties(
  properties: MessageProperties | undefined,
): string | null {
  return JSON.stringify(properties) ?? null;
}

/** Reads them again. @throws If they are damaged. */
export function readStoredProperties(
  json: string | null | undefined,
): MessageProperties | undefined {
  // Ledgers of the first version had none.
  if (json === null || json === undefined) return undefined;
  const stored: unknown = JSON.parse(json);
  if (typeof stored === "object" && stored !== null) {
    return readProperties({ ...stored });
  }
  throw new Error("malformed properties");
}
