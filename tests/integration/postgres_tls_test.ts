import { assertEquals } from "@std/assert";
import { PrivatePostgres } from "../../tools/postgres.ts";
import { makeCertificates } from "../support/certificates.ts";
import { runProgram } from "../support/program.ts";

const stdin = '{"routingKey":"ann.event.created","body":{"id":"1"}}\n';

Deno.test("a ledger behind TLS is used if its certificate can be trusted, and refused with 77 if not", async () => {
  const certificates = makeCertificates();
  await using postgres = await PrivatePostgres.launch({
    configuration: ["ssl = on"],
    files: {
      "server.crt": certificates.server.cert,
      "server.key": certificates.server.key,
    },
  });
  const folder = await Deno.makeTempDir();
  const ca = `${folder}/ca.pem`;
  await Deno.writeTextFile(ca, certificates.ca);
  const count = async (parameters: string) => {
    const ledger = new URL(`${postgres.url}?${parameters}`);
    const { password } = ledger;
    ledger.password = "";
    const place = ["--out", folder, "--ledger", ledger.href, "--input", "-"];
    const { code, complaints } = await runProgram(place, {
      stdin,
      env: { PGPASSWORD: password },
    });
    return [code, complaints.join().includes("certificate")];
  };

  assertEquals(await count(`sslmode=verify-full&sslrootcert=${ca}`), [
    0,
    false,
  ]);
  assertEquals(await count("sslmode=require"), [77, true]);
  await Deno.remove(folder, { recursive: true });
});
