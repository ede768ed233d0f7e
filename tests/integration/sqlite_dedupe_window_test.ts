/** What a SQLite ledger forgets when it is told to, and what it never does. */
import { assertEquals } from "@std/assert";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import {
  checkpoint,
  type CheckpointContent,
  contentOf,
  knownOf,
  rejection,
} from "../support/ledger_content.ts";
import { uuid } from "../support/messages.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const folder = new TemporaryFolder();

const first: CheckpointContent = {
  ids: [uuid(1), "one"],
  counts: { created: [["a", 1]] },
  rejections: [rejection("first")],
};
const second: CheckpointContent = {
  ids: [uuid(2), "two"],
  counts: { created: [["a", 10]], deleted: [["b", 10]] },
  rejections: [rejection("second")],
};

folder.test("ids counted before the dedupe window are forgotten, counts and rejections are not", async () => {
  const path = `${folder.make()}/ledger.db`;
  const ledger = await SqliteLedger.open(path);
  await ledger.beginRun(0);
  await checkpoint(ledger, { ...first, at: 999 });
  await checkpoint(ledger, { ...second, at: 1_000 });
  const { counts, rejections } = await contentOf(ledger);
  await ledger.close();

  const reopened = await SqliteLedger.open(path, { forgetBefore: 1_000 });
  await reopened.beginRun(2_000);
  assertEquals(await knownOf(reopened, [...first.ids!, ...second.ids!]), [
    ...second.ids!,
  ]);
  assertEquals(await contentOf(reopened), { counts, rejections });
  await reopened.close();
});

folder.test("counts that wait in the log outlive the dedupe window of their ids", async () => {
  const place = folder.make();
  const ledger = await SqliteLedger.open(`${place}/ledger.db`);
  await ledger.beginRun(0);
  await checkpoint(ledger, { ...first, at: 1 });
  // As a crash leaves it, the counts are in the log alone.
  const copy = folder.make();
  for (const { name } of Deno.readDirSync(place)) {
    await Deno.copyFile(`${place}/${name}`, `${copy}/${name}`);
  }
  await ledger.close();

  const reopened = await SqliteLedger.open(`${copy}/ledger.db`, {
    forgetBefore: 1_000,
  });
  await reopened.beginRun(2_000);
  assertEquals(await knownOf(reopened, first.ids!), []);
  assertEquals((await contentOf(reopened)).counts, [["created", [["a", 1]]]]);
  await reopened.close();
});
