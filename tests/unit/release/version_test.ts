import { assertEquals } from "@std/assert";
import { parseVersion } from "../../../tools/release/version.ts";

// The package reads the variable NODE_DEBUG when it is loaded.
Deno.test("parseVersion() reads what is a version, and nothing around it", {
  permissions: { env: ["NODE_DEBUG"] },
}, () => {
  for (const text of ["0.1.0", "10.20.30", "1.0.0-rc.1", "1.0.0+build.7"]) {
    assertEquals(parseVersion(text)?.raw, text);
  }
  for (
    const text of [
      ...["", "1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.2.3-", "1.2.3-01"],
      ...[" 1.2.3", "1.2.3 ", "1.2.3\n", "-1.2.3", "1.2.x", "=1.2.3", "latest"],
    ]
  ) {
    assertEquals(parseVersion(text), undefined, JSON.stringify(text));
  }
});
