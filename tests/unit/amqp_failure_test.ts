import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { EventCounterError, EXIT } from "../../src/model/errors.ts";
import { parseAmqpAddress } from "../../src/topology/amqp_address.ts";
import {
  FailureJudge,
  lastingFailure,
  unreachable,
} from "../../src/topology/amqp_failure.ts";
import { test } from "../support/pure.ts";

const address = parseAmqpAddress("amqp://ann:secret@host/v");

/** What amqplib reports when the broker closes a channel. */
function channelError(code: number, text: string): Error {
  return Object.assign(
    new Error(
      `Operation failed: QueueDeclare; ${code} (NAME) with message "${text}"`,
    ),
    { code },
  );
}

/** What Node reports when it does not come to a connection. */
function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

/** What the broker says, by what it means, and the advice that follows. */
const cases: Record<string, [error: Error, exitCode: number, advice: string]> =
  {
    "login refused": [
      new Error(
        "Handshake terminated by server: 403 (ACCESS-REFUSED) with " +
          'message "ACCESS_REFUSED - Login was refused"',
      ),
      77,
      'it refused user "ann"; check user and password',
    ],
    "no such virtual host": [
      new Error(
        "Handshake terminated by server: 530 (NOT-ALLOWED) with " +
          'message "NOT_ALLOWED - vhost v not found"',
      ),
      77,
      'or user "ann" may not use it; check the path of the URL',
    ],
    "permission refused": [
      channelError(403, "ACCESS_REFUSED - access to queue 'q' refused"),
      77,
      'give user "ann" the permission',
    ],
    "no such queue": [
      channelError(404, "NOT_FOUND - no queue 'certificate-events'"),
      76,
      "check the name, or give --declare",
    ],
    "a locked queue": [
      channelError(405, "RESOURCE_LOCKED - cannot obtain exclusive access"),
      76,
      "declare it without that there, or give another --queue",
    ],
    "an exclusive consumer elsewhere": [
      channelError(403, "ACCESS_REFUSED - queue 'q' in exclusive use"),
      76,
      "stop it, or wait until it ends",
    ],
    "a name of the broker's own": [
      channelError(403, "ACCESS_REFUSED - 'amq.q' contains reserved prefix"),
      76,
      "give another one",
    ],
    "other properties": [
      channelError(406, "PRECONDITION_FAILED - inequivalent arg 'durable'"),
      76,
      "leave out --declare or give another name",
    ],
  };

for (const [what, [error, exitCode, advice]] of Object.entries(cases)) {
  test(`lastingFailure() ends ${what} with exit code ${exitCode}`, () => {
    const failure = lastingFailure(error, address);
    assert(failure instanceof EventCounterError);
    assertEquals([failure.exitCode, failure.cause], [exitCode, error]);
    assertStringIncludes(failure.message, "at amqp://ann:***@host/v");
    assertStringIncludes(failure.message, advice);
  });
}

test("lastingFailure() ends with exit code 77 on any certificate", () => {
  for (
    const message of [
      "self-signed certificate in certificate chain",
      "unable to verify the first certificate",
      "Hostname/IP does not match certificate's altnames",
      "received fatal alert: CertificateRequired",
    ]
  ) {
    const failure = lastingFailure(new Error(message), address);
    assertEquals(failure?.exitCode, 77);
    assertStringIncludes(failure!.message, `${message}; check its certificate`);
  }
});

const passing: Record<string, unknown> = {
  "no answer": systemError("ECONNREFUSED"),
  "an unknown host": systemError("ENOTFOUND"),
  "a lost connection": new Error("Unexpected close"),
  "a broker that shuts down": channelError(320, "CONNECTION_FORCED - shutdown"),
  "an internal error of the broker": channelError(541, "INTERNAL_ERROR"),
  "a queue that is not open yet": channelError(
    404,
    "NOT_FOUND - home node 'a@b' of durable queue 'q' in vhost '/' is down or inaccessible",
  ),
  "a heartbeat that failed": new Error("Heartbeat timeout"),
  "something that is no error": "what?",
};

for (const [what, error] of Object.entries(passing)) {
  test(`lastingFailure() sees reason to try again after ${what}`, () => {
    assertEquals(lastingFailure(error, address), undefined);
  });
}

/** How amqplib tells that a virtual host was refused; it does not say why. */
const vhostRefusal = new Error(
  "Expected ConnectionOpenOk; got <ConnectionClose channel:0>",
);

test("FailureJudge believes a refused virtual host the fourth time in a row, nothing else in between", () => {
  const judge = new FailureJudge(address);
  const other = new Error("connect ECONNREFUSED");
  const refusals = Array(3).fill(vhostRefusal);
  for (const error of [...refusals, other, ...refusals]) {
    assertEquals(judge.lasting(error), undefined);
  }

  const failure = judge.lasting(vhostRefusal);

  assertEquals(failure?.exitCode, 77);
  assertStringIncludes(failure!.message, 'Cannot open virtual host "v"');
});

test("lastingFailure() passes on an error of our own", () => {
  const error = new EventCounterError(EXIT.usage, "ours");

  assertStrictEquals(lastingFailure(error, address), error);
});

test("unreachable() says where, why, how long and what to do, with exit code 69", () => {
  const cause = new Error("connect ECONNREFUSED 127.0.0.1:5672");

  const error = unreachable(cause, address, 30_000, "--connect-timeout");

  assertEquals([error.exitCode, error.message, error.cause], [
    69,
    "Cannot reach the broker at amqp://ann:***@host/v: connect ECONNREFUSED " +
    "127.0.0.1:5672, tried for 30 s; check that it runs and is reachable, " +
    "or raise --connect-timeout",
    cause,
  ]);
});
