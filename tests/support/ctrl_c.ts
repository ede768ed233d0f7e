import { assertEquals } from "@std/assert";
import { Place } from "./broker_place.ts";
import { METHOD, TcpProxy } from "./tcp_proxy.ts";
import { Terminal, type TerminalOptions } from "./terminal.ts";
import { until } from "./until.ts";

const CTRL_C = "\x03";

/** Types Ctrl-C once while a program waits for more: it ends in order. */
export async function tryCtrlC(
  program: readonly string[],
  options: TerminalOptions,
): Promise<void> {
  const out = await Deno.makeTempDir();
  await using terminal = new Terminal(
    [...program, "--input", "-", "--out", out],
    options,
  );
  await terminal.type('{"routingKey":"ann.event.created","body":{"id":"1"}}\n');
  await terminal.shows("1 received");
  await terminal.type(CTRL_C);
  assertEquals(await terminal.ended, 0, terminal.text);
  assertEquals(
    await Deno.readTextFile(`${out}/created.json`),
    '{\n  "ann": 1\n}\n',
  );
  await Deno.remove(out, { recursive: true });
}

/** Types Ctrl-C again while an orderly end waits for a mute broker. */
export async function tryCtrlCTwice(
  program: readonly string[],
  options: TerminalOptions,
): Promise<void> {
  await using place = await Place.make();
  await using proxy = await TcpProxy.start(place.url);
  const stalled = proxy.plan(
    { direction: "toBroker", method: METHOD.ack, frame: 1 },
    "stall",
  );
  const [, ...args] = place.countArguments();
  args[args.indexOf(place.url)] = proxy.url();
  await using terminal = new Terminal(
    [...program, ...args, "--idle", "0"],
    options,
  );
  await place.publish([{
    routingKey: "ann.event.created",
    body: new TextEncoder().encode('{"id":"1"}'),
  }]);
  await stalled;
  await terminal.type(CTRL_C);
  await terminal.shows("SIGINT: counting what was taken");
  await until("it has ended", async () => {
    if (!terminal.hasEnded) await terminal.type(CTRL_C);
    return terminal.hasEnded;
  });
  assertEquals(await terminal.ended, 130, terminal.text);
}
