import { assertEquals, assertMatch } from "@std/assert";
import { findFreePort, startPrivateBroker } from "../../tools/broker.ts";
import { jsonFiles } from "../support/broker_place.ts";
import { makeCertificates } from "../support/certificates.ts";
import { runProgram } from "../support/program.ts";

Deno.test("amqps: certificates are checked, on both sides", async (test) => {
  const folder = await Deno.makeTempDir({ prefix: "eventcounter-test-" });
  const write = async (name: string, text: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  const made = makeCertificates();
  const ca = await write("ca.pem", made.ca);
  const otherCa = await write("other_ca.pem", makeCertificates().ca);
  const cert = await write("client.pem", made.client.cert);
  const key = await write("client.key", made.client.key);
  const port = findFreePort();
  await using broker = await startPrivateBroker({
    configuration: [
      `listeners.ssl.1 = 127.0.0.1:${port}`,
      `ssl_options.cacertfile = ${ca}`,
      `ssl_options.certfile = ${await write("server.pem", made.server.cert)}`,
      `ssl_options.keyfile = ${await write("server.key", made.server.key)}`,
      "ssl_options.verify = verify_peer",
      "ssl_options.fail_if_no_peer_cert = true",
    ],
  });
  const own = ["--cert", cert, "--key", key];
  const at = (host: string) => ["--amqp-url", `amqps://${host}:${port}`];
  const count = (...args: string[]) =>
    runProgram([
      ...args,
      ...["--out", `${folder}/out`, "--idle", "300ms", "--format", "json"],
    ], {
      // Some export this for programs that cannot do better.
      env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
    });

  /** The verdicts of `doctor`, by check. */
  const checks = async (...args: string[]) => {
    const { code, stdout } = await runProgram([
      ...["doctor", ...args, "--out", `${folder}/out`, "--format", "json"],
    ]);
    const { checks } = JSON.parse(stdout) as {
      checks: { check: string; verdict: string }[];
    };
    return [code, checks.find(({ verdict }) => verdict === "fail")?.check];
  };

  await test.step("with the right ones, events are published and counted", async () => {
    const published = await runProgram([
      ...["publish", "--size", "10", "--seed", "1"],
      ...at("localhost"),
      ...["--ca", ca],
      ...own,
    ]);
    assertEquals(published.code, 0, published.stderr);
    const counted = await count(...at("127.0.0.1"), "--ca", ca, ...own);
    assertEquals(JSON.parse(counted.stdout).unique, 10, counted.stderr);
    assertEquals((await jsonFiles(`${folder}/out`)).size, 3);
    const args = [...at("localhost"), "--ca", ca, ...own];
    assertEquals(await checks(...args), [0, undefined]);
  });

  const refusals: [string, string[], RegExp][] = [
    ["unknown authority", [...at("localhost"), ...own], /self-signed/i],
    [
      "wrong authority",
      [...at("localhost"), "--ca", otherCa, ...own],
      /certificate/i,
    ],
    ["no client certificate", [...at("localhost"), "--ca", ca], /Certificate/],
  ];
  for (const [name, args, message] of refusals) {
    await test.step(`${name}: 77, at once`, async () => {
      const { code, complaints } = await count(...args);
      assertEquals(code, 77);
      assertEquals(complaints.length, 1);
      assertMatch(complaints[0]!, message);
      // Whether the broker trusts the client, it tells at the login.
      const check = args.includes("--ca") && !args.includes(otherCa)
        ? "login"
        : "TLS";
      assertEquals(await checks(...args), [77, check]);
    });
  }

  const plain = broker.url.replace("amqp://", "amqps://");
  const mismatches: [url: string, message: RegExp][] = [
    [`amqp://localhost:${port}`, /its port speaks TLS; give amqps:\/\//],
    [plain, /its port does not speak TLS; give amqp:\/\//],
  ];
  for (const [url, message] of mismatches) {
    await test.step(`${message.source}: 69, at once`, async () => {
      const { code, complaints } = await count("--amqp-url", url);
      assertEquals([code, complaints.length], [69, 1]);
      assertEquals(await checks("--amqp-url", url), [69, "TLS"]);
      assertMatch(complaints[0]!, message);
    });
  }

  const misuse: [string[], RegExp][] = [
    [["--amqp-url", "amqp://localhost", "--ca", ca], /amqps:\/\/ URL/],
    [[...at("localhost"), "--cert", cert], /"--cert" and "--key"/],
    [[...at("localhost"), "--ca", `${folder}/nowhere`], /check --ca/],
  ];
  for (const [args, message] of misuse) {
    await test.step(`misuse: ${message.source}`, async () => {
      const { code, complaints } = await count(...args);
      assertEquals(code, 2);
      assertMatch(complaints[0]!, message);
    });
  }
  await Deno.remove(folder, { recursive: true });
});
