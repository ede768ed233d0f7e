/**
 * Prints which configuration this network can serve.
 *
 * The project's dependencies come from JSR and npm. Where JSR cannot be
 * reached, `tools/npm_only/deno.json` maps the JSR packages to stand-ins built
 * on npm packages. This program asks Deno whether it can resolve the JSR
 * packages, from the network or from its cache, and prints the path of
 * `deno.json` if it can and that of `tools/npm_only/deno.json` if not, relative
 * to the working directory and with nothing else on standard output. It is run
 * in tasks like this:
 *
 * ```sh
 * deno run -c $(deno run --no-config --no-lock --allow-run --allow-read \
 *   --allow-env tools/registry.ts) …
 * ```
 *
 * The environment variable `EVENTCOUNTER_REGISTRY` set to `jsr` or `npm` forces
 * the answer without asking.
 *
 * The program itself must not import anything that has to be downloaded.
 *
 * @module
 */
import { join, relative } from "node:path";

/** The environment variable that forces the answer. */
export const REGISTRY_VARIABLE = "EVENTCOUNTER_REGISTRY";

/** How long Deno may take to resolve the packages, in milliseconds. */
export const RESOLVE_TIMEOUT_MS = 3000;

/** The configurations by registry, relative to the project's root. */
export const CONFIGURATIONS = {
  jsr: "deno.json",
  npm: "tools/npm_only/deno.json",
} as const;

/** The environment variable has a value that is not known. */
export class UnknownRegistryError extends Error {
  /** @param value The value of the variable. */
  constructor(value: string) {
    super(
      `${REGISTRY_VARIABLE} must be "jsr" or "npm", but is ${
        JSON.stringify(value)
      }.`,
    );
    this.name = "UnknownRegistryError";
  }
}

/**
 * Chooses the configuration.
 *
 * @param forced The value of the environment variable; unset or empty to ask.
 * @param canResolveJsr Asks whether the JSR packages can be resolved; it is
 *   not called if the answer is forced.
 * @returns The path of the configuration, relative to the project's root.
 * @throws {UnknownRegistryError} If `forced` is neither `jsr` nor `npm`.
 */
export async function chooseConfiguration(
  forced: string | undefined,
  canResolveJsr: () => Promise<boolean>,
): Promise<string> {
  switch (forced) {
    case "jsr":
    case "npm":
      return CONFIGURATIONS[forced];
    case undefined:
    case "":
      return CONFIGURATIONS[await canResolveJsr() ? "jsr" : "npm"];
    default:
      throw new UnknownRegistryError(forced);
  }
}

/**
 * Picks the JSR packages out of a configuration.
 *
 * @param configuration The content of a `deno.json`.
 * @returns Their specifiers, such as `jsr:@std/assert@1.0.19`.
 */
export function jsrSpecifiers(
  configuration: { imports?: Record<string, string> },
): string[] {
  return Object.values(configuration.imports ?? {}).filter((target) =>
    target.startsWith("jsr:")
  );
}

/**
 * Reads from the output of `deno info --json` whether all modules were found.
 *
 * Deno ends with code 0 even if a module is missing; only the entry of that
 * module tells.
 *
 * @param output The output.
 * @returns `false` too if the output is not what is expected.
 */
export function allModulesFound(output: string): boolean {
  try {
    const { modules } = JSON.parse(output) as { modules: object[] };
    return modules.every((module) => !("error" in module));
  } catch {
    return false;
  }
}

/**
 * Asks Deno whether it can resolve packages.
 *
 * @param specifiers What to resolve.
 * @param timeout How long it may take, in milliseconds.
 * @returns `false` too if it took too long.
 */
export async function canResolve(
  specifiers: readonly string[],
  timeout: number = RESOLVE_TIMEOUT_MS,
): Promise<boolean> {
  // A module that imports all packages lets one process resolve them.
  const imports = specifiers.map((specifier) =>
    `import ${JSON.stringify(specifier)};`
  );
  const source = encodeURIComponent(imports.join(""));
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "info",
      "--json",
      "--no-config",
      "--no-lock",
      `data:application/javascript,${source}`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    // Ends the process when the time is up; its output is then incomplete.
    signal: AbortSignal.timeout(timeout),
  });
  const { success, stdout } = await command.output();
  return success && allModulesFound(new TextDecoder().decode(stdout));
}

async function main(root: string): Promise<void> {
  try {
    const configuration = await chooseConfiguration(
      Deno.env.get(REGISTRY_VARIABLE),
      async () => {
        const text = await Deno.readTextFile(join(root, CONFIGURATIONS.jsr));
        return await canResolve(jsrSpecifiers(JSON.parse(text)));
      },
    );
    console.log(relative(Deno.cwd(), join(root, configuration)));
  } catch (error) {
    if (!(error instanceof UnknownRegistryError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}

if (import.meta.main) {
  await main(join(import.meta.dirname ?? ".", ".."));
}
