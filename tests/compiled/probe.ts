/**
 * Tries what the executable may not do, under its permissions, and prints a
 * line per attempt: its name, and "refused" or what came of it.
 */
const attempts: Record<string, () => unknown> = {
  "start a program": () => new Deno.Command("/bin/true").outputSync().code,
  "start a program as Node does": async () =>
    (await import("node:child_process")).execFileSync("/bin/true").length,
  "load native code": () =>
    Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {
      getpid: { parameters: [], result: "i32" },
    }).symbols.getpid(),
  "import from another host": () => import(remote()),
  "read another variable": () => Deno.env.get("SECRET"),
  "read another variable as Node does": async () =>
    (await import("node:process")).default.env.SECRET,
  "read all variables": () => Object.keys(Deno.env.toObject()).length,
  "set another variable": () => Deno.env.set("SECRET", "1"),
  "learn of the machine": () => Deno.hostname(),
  "ask for more": async () =>
    (await Deno.permissions.request({ name: "run" })).state === "granted" ||
    Promise.reject(new Deno.errors.NotCapable()),
};

/** Where an allowed import would come from: not known to the bundler. */
function remote(): string {
  return ["https:", "", "deno.land", "std", "version.ts"].join("/");
}

for (const [name, attempt] of Object.entries(attempts)) {
  try {
    console.log(`${name}: ${await attempt()}`);
  } catch (error) {
    const isRefusal = error instanceof Deno.errors.NotCapable ||
      /requires (import|ffi|run|env) access|NotCapable/i.test(String(error));
    console.log(`${name}: ${isRefusal ? "refused" : error}`);
  }
}
console.log(`read its own variable: ${Deno.env.get("EVENTCOUNTER_OUT")}`);
