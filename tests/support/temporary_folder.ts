/**
 * A folder for one test file, removed when its tests have run; each test gets
 * a folder of its own in it. Made when the file is loaded, so that the tests
 * can be given permissions for this folder and nothing else.
 */
export class TemporaryFolder {
  readonly path = Deno.makeTempDirSync({ prefix: "eventcounter-test-" });
  /** The permissions of tests that work in this folder. */
  readonly permissions: Deno.PermissionOptionsObject = {
    read: [this.path],
    write: [this.path],
  };
  #made = 0;

  constructor() {
    globalThis.addEventListener(
      "unload",
      () => Deno.removeSync(this.path, { recursive: true }),
    );
  }

  /** Registers a test that may reach this folder and nothing else. */
  test(name: string, run: () => void | Promise<void>): void {
    Deno.test(name, { permissions: this.permissions }, run);
  }

  /** Makes a new empty folder in it. @returns Its path. */
  make(): string {
    const path = `${this.path}/${++this.#made}`;
    Deno.mkdirSync(path);
    return path;
  }
}
