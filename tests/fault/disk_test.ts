import { assert, assertEquals, assertMatch } from "@std/assert";
import { runLimited } from "../support/limited_program.ts";
import { SmallDisk } from "../support/small_disk.ts";
import { assertFine, assertRefused, Drain } from "./drain.ts";

/** Large enough for some checkpoints, and too small for all, in bytes. */
const SCARCE = 128 * 1024;

/** Mounting needs root; a limit on the size of files needs nobody. */
const canMount = await SmallDisk.isPossible();

if (canMount) {
  Deno.test("disk full on the ledger: 74, nothing of the batch is acked, totals exact once there is room", async () => {
    await using drain = await Drain.named("disk of the ledger");
    const folder = `${drain.place.folder}/disk`;
    await using disk = await SmallDisk.mount(folder, SCARCE / 1024);
    drain.ledgerPath = `${folder}/ledger.db`;
    const args = ["--ledger", `sqlite:${drain.ledgerPath}`];
    const ended = await drain.run({ args });
    assertRefused(ended, 74);
    assertMatch(ended.complaints[0]!, /disk is full.*nothing is lost/);
    await disk.resize(16 * 1024);
    await drain.settle({ args });
  });

  Deno.test("disk full on the output folder: 74, the counts are safe, files exact once there is room", async () => {
    await using drain = await Drain.named("disk of the output");
    // One page for each of three files, and none for the rejections.
    await using disk = await SmallDisk.mount(drain.out, 12);
    drain.ledgerPath = `${drain.place.folder}/ledger.db`;
    const args = ["--ledger", `sqlite:${drain.ledgerPath}`];
    const ended = await drain.run({ args: [...args, "--until-empty"] });
    assertRefused(ended, 74);
    assertMatch(ended.complaints[0]!, /Cannot write.*make room and run again/);
    await disk.resize(1024);
    await drain.settle({ args });
  });
}

Deno.test("no file may grow: 74 on the ledger, nothing of the batch is acked, totals exact afterwards", async () => {
  await using drain = await Drain.named("limit on the ledger");
  const ended = await runLimited(drain.arguments(), SCARCE);
  assertRefused(ended, 74);
  assertMatch(ended.complaints[0]!, /disk I\/O error.*nothing is lost/);
  await drain.settle();
});

Deno.test("memory: no file may grow: 74 on the output, nothing is acked, files exact afterwards", async () => {
  await using drain = await Drain.named("limit on the output");
  drain.ledgerPath = undefined;
  const args = ["--ledger", "memory:"];
  const ended = await runLimited(
    drain.arguments({ args: [...args, "--until-empty"] }),
    512,
  );
  assertRefused(ended, 74);
  await drain.untilAlone();
  assertEquals((await drain.queue()).ready, drain.stream.messages.length);
  await drain.settle({ args });
});

Deno.test("read-only folder: 73, nothing is consumed", async () => {
  await using drain = await Drain.named("read-only");
  const folder = `${drain.place.folder}/locked`;
  await Deno.mkdir(folder);
  await using disk = canMount ? await SmallDisk.mount(folder, 64) : undefined;
  await disk?.makeReadOnly();
  // Root may write wherever the file system lets anybody.
  await Deno.chmod(folder, 0o555).catch(() => {});
  const place = disk === undefined && Deno.uid() === 0 ? "/proc" : folder;

  const ended = await drain.run({ out: `${place}/out` });
  assertRefused(ended, 73);
  const ledger = ["--ledger", `sqlite:${place}/ledger.db`];
  assertRefused(await drain.run({ args: ledger }), 73);
  assertEquals((await drain.queue()).ready, drain.stream.messages.length);
  await drain.settle();
});

Deno.test("garbage in the place of the ledger: 65, it stays as it is, nothing is consumed", async () => {
  await using drain = await Drain.named("garbage");
  await Deno.mkdir(drain.out);
  const garbage = crypto.getRandomValues(new Uint8Array(20_000));
  await Deno.writeFile(drain.ledgerPath!, garbage);
  assertRefused(await drain.run(), 65);
  assertEquals(await Deno.readFile(drain.ledgerPath!), garbage);
  assertEquals((await drain.queue()).ready, drain.stream.messages.length);
});

Deno.test("ledger torn in the middle: 65, it stays as it is, nothing is consumed, and a copy brings all back", async () => {
  await using drain = await Drain.named("torn");
  await drain.killAt("after commit", 12);
  await drain.settle();
  const whole = await Deno.readFile(drain.ledgerPath!);
  const torn = whole.slice(0, Math.floor(whole.length / 2));
  await Deno.writeFile(drain.ledgerPath!, torn);
  await drain.place.publish(drain.stream.messages);
  assertRefused(await drain.run(), 65);
  assertEquals(await Deno.readFile(drain.ledgerPath!), torn);
  assertEquals((await drain.queue()).ready, drain.stream.messages.length);
  await Deno.writeFile(drain.ledgerPath!, whole);
  const ended = await drain.run({ args: ["--until-empty"] });
  assertEquals(assertFine(ended).unique, 0);
});

Deno.test("garbage at the end of SQLite's log, as a power cut leaves it: totals exact", async () => {
  await using drain = await Drain.named("torn log");
  assert(await drain.killAt("before commit", 10));
  const log = await Deno.open(`${drain.ledgerPath}-wal`, { append: true });
  await log.write(crypto.getRandomValues(new Uint8Array(5_000)));
  log.close();
  await drain.settle();
});
