/**
 * Where a package comes from: whose it is, and of when. Debian's variables say
 * so, or the last commit does.
 *
 * @module
 */
import { BuildError } from "../compile/build_error.ts";
import { commitOf } from "../compile/bundle.ts";
import { runCommand } from "../compile/run_command.ts";

/** What a package says of where it comes from. */
export interface Provenance {
  /** A name and an address: `Ann <ann@example.org>`. */
  readonly maintainer: string;
  /** The date of everything in the package. */
  readonly date: Date;
  readonly commit: string;
}

/**
 * Finds the provenance of a working tree. `DEBFULLNAME` and `DEBEMAIL` beat the
 * author of the last commit, `SOURCE_DATE_EPOCH` beats its date.
 *
 * @throws {BuildError} If neither says it.
 */
export async function provenanceOf(folder: string): Promise<Provenance> {
  const { code, stdout } = await runCommand("git", [
    ...["-C", folder, "log", "-1", "--format=%an <%ae>%n%ct"],
  ]);
  const [author, seconds] = code === 0 ? stdout.split("\n") : [];
  return {
    maintainer: maintainer(author),
    date: date(seconds),
    commit: await commitOf(folder),
  };
}

function maintainer(author: string | undefined): string {
  const [name, email] = [Deno.env.get("DEBFULLNAME"), Deno.env.get("DEBEMAIL")];
  if (name && email) return `${name} <${email}>`;
  if (author !== undefined) return author;
  throw new BuildError(
    "Cannot tell the maintainer: there is no git commit, and DEBFULLNAME " +
      `(${name || "unset"}) and DEBEMAIL (${email || "unset"}) do not say; ` +
      "set both",
  );
}

function date(seconds: string | undefined): Date {
  const given = Deno.env.get("SOURCE_DATE_EPOCH") || seconds;
  if (given === undefined) {
    throw new BuildError(
      "Cannot tell the date of the package: there is no git commit, and " +
        "SOURCE_DATE_EPOCH is unset; set it to seconds since 1970",
    );
  }
  if (/^\d{1,11}$/.test(given)) return new Date(Number(given) * 1_000);
  throw new BuildError(
    `Cannot read SOURCE_DATE_EPOCH (${given}): it must be whole seconds ` +
      "since 1970; correct or unset it",
  );
}
