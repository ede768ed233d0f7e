import { assertEquals, assertThrows } from "@std/assert";
import { ReleaseError } from "../../../tools/release/release_error.ts";
import { withVersion } from "../../../tools/release/version_field.ts";

const pure = { permissions: "none" } as const;

Deno.test(
  "version field: only the version changes, whatever the spacing",
  pure,
  () => {
    for (
      const text of [
        '{ "version": "0.1.0" }',
        '{\n\t"name":"a",\r\n\t"version"  :  "0.1.0" , "tasks": {} }\n\n',
        '{ "version": "0.1.0", "inner": { "version": "0.1.0" } }',
      ]
    ) {
      const at = text.indexOf("0.1.0");
      assertEquals(
        withVersion(text, "1.0.0-rc.1"),
        text.slice(0, at) + "1.0.0-rc.1" + text.slice(at + 5),
      );
    }
  },
);

Deno.test(
  "version field: the version that is there already is no change",
  pure,
  () => {
    const text = '{ "version": "0.1.0" }\n';
    assertEquals(withVersion(text, "0.1.0"), text);
  },
);

Deno.test(
  "version field: a version of something inside is not taken for the project's",
  pure,
  () => {
    for (
      const [text, now] of [
        ['{ "inner": { "version": "7.7.7" } }', "undefined"],
        ['{ "inner": { "version": "7.7.7" }, "version": "0.1.0" }', '"0.1.0"'],
        ['{ "version": 1 }', "1"],
        ["{}", "undefined"],
      ] as const
    ) {
      assertThrows(
        () => withVersion(text, "0.2.0"),
        ReleaseError,
        `Cannot set the version in deno.json to 0.2.0: its own "version", now ${now}, must`,
      );
    }
  },
);

Deno.test(
  "version field: a deno.json that is no JSON is one line",
  pure,
  () => {
    for (const text of ["{ // a comment\n}", '{\n"version": x\n}', ""]) {
      const { message } = assertThrows(
        () => withVersion(text, "0.2.0"),
        ReleaseError,
        "Cannot read deno.json: SyntaxError: ",
      );
      assertEquals(message.split("\n").length, 1, message);
    }
  },
);
