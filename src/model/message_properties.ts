/** What a header may hold; what JSON has no word for has become null. */
export type HeaderValue = string | number | boolean | null;

/**
 * The properties of a message that can decide what it means, as far as they are
 * set. They belong to it like its body, wherever it goes; others are left
 * behind.
 */
export interface MessageProperties {
  /** Its id, as AMQP's basic property `message-id` tells it. */
  readonly messageId?: string | undefined;
  /** What was done to its body: `gzip`, say (`content-encoding`). */
  readonly contentEncoding?: string | undefined;
  /** The headers that somebody looks at, by their names. */
  readonly headers?: Readonly<Record<string, HeaderValue>> | undefined;
}

/**
 * Puts together what may be set, always in the same order: properties are
 * compared by their JSON.
 *
 * @returns Them, or nothing if none is set.
 */
export function messageProperties(
  messageId: string | undefined,
  contentEncoding: string | undefined,
  headers: MessageProperties["headers"],
): MessageProperties | undefined {
  if (
    messageId === undefined && contentEncoding === undefined &&
    headers === undefined
  ) return undefined;
  return { messageId, contentEncoding, headers };
}

/** Reads them out of an object that was JSON. */
export function readProperties(
  { messageId, contentEncoding, headers }: Readonly<Record<string, unknown>>,
): MessageProperties | undefined {
  return messageProperties(
    textOrNothing(messageId),
    textOrNothing(contentEncoding),
    readHeaders(headers),
  );
}

/** The only header of a message that is looked at, if it has it. */
export function oneHeader(
  headers: Readonly<Record<string, unknown>> | undefined,
  name: string,
): MessageProperties["headers"] {
  return headers !== undefined && Object.hasOwn(headers, name)
    ? { [name]: headerValue(headers[name]) }
    : undefined;
}

function readHeaders(headers: unknown): MessageProperties["headers"] {
  if (typeof headers !== "object" || headers === null) return undefined;
  const read = Object.entries(headers)
    .map(([name, value]) => [name, headerValue(value)] as const);
  return read.length === 0 ? undefined : Object.fromEntries(read);
}

function headerValue(value: unknown): HeaderValue {
  return typeof value === "string" || typeof value === "boolean" ||
      Number.isFinite(value)
    ? value as HeaderValue
    : null;
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
