import { connect } from "amqplib";

/** How long a broker may take to answer one login, in ms. */
export const LOGIN_LIMIT = 3_000;

/** Between two tries of {@linkcode waitForLogin}, in ms. */
const POLL_DELAY = 50;

/**
 * Logs in and out again: more than an open port, which a broker has before it
 * serves anyone.
 *
 * @throws {Error} If no broker accepts the login within 3 s.
 */
export async function logIn(url: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${LOGIN_LIMIT / 1_000} s`)),
      LOGIN_LIMIT,
    );
  });
  try {
    await Promise.race([logInAndOut(url), limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function logInAndOut(url: string): Promise<void> {
  // This limit destroys the socket, so that a mute peer leaves nothing open.
  const connection = await connect(url, { timeout: LOGIN_LIMIT });
  connection.on("error", () => {});
  await connection.close();
}

/**
 * Tries to log in until it works.
 *
 * @param limit When to give up, in ms.
 * @param goOn Asked before every try; `false` gives up at once.
 * @returns Whether a login succeeded.
 */
export async function waitForLogin(
  url: string,
  limit: number,
  goOn: () => boolean,
): Promise<boolean> {
  const deadline = performance.now() + limit;
  while (goOn() && performance.now() < deadline) {
    try {
      await logIn(url);
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, POLL_DELAY));
    }
  }
  return false;
}

/** One line saying why a login failed. */
export function describeLoginFailure(error: unknown): string {
  // A host name with several addresses fails with one error for each.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return describeLoginFailure(error.errors[0]);
  }
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\n.*/s, "");
}
