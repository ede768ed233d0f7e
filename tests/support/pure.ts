/** Registers a test that may reach nothing: no file, network or variable. */
export function test(name: string, run: () => void | Promise<void>): void {
  Deno.test(name, { permissions: "none" }, run);
}
