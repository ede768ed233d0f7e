import { assert, assertEquals } from "@std/assert";
import type { Browser, Page } from "puppeteer-core";
import { SqliteLedger } from "../../src/ledger/sqlite/sqlite_ledger.ts";
import { launchBrowser } from "../support/browser.ts";
import { checkpoint, rejection } from "../support/ledger_content.ts";
import { runProgram } from "../support/program.ts";

const out = Deno.makeTempDirSync();
const HOSTILE = '<img src=x onerror="alert(1)">';
let browser: Browser;

Deno.test.beforeAll(async () => {
  const ledger = await SqliteLedger.open(`${out}/eventcounter.db`);
  await ledger.beginRun(0);
  await checkpoint(ledger, {
    counts: {
      created: [["ann", 1], ["bob", 20], [HOSTILE, 3]],
      updated: [["ann", 40], ["u".repeat(300), 5]],
    },
    rejections: [rejection("secret body", "ann.event.created", "bad_json", 0)],
  });
  const run = { unique: 69, duplicates: 2, rejected: 1 };
  await ledger.endRun({ ...run, endedAt: 1, stopped: "idle" });
  await ledger.close();
  const { code, stdout, stderr } = await runProgram(["report", "--out", out]);
  assertEquals([code, stdout, stderr], [0, `${out}/report.html\n`, ""]);
  browser = await launchBrowser();
});

Deno.test.afterAll(async () => {
  await browser.close();
  await Deno.remove(out, { recursive: true });
});

/** Opens the report, and fails if it wants anything else. */
async function open(width: number): Promise<AsyncDisposable & { page: Page }> {
  const page = await browser.newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("dialog", (dialog) => asked.push(`dialog ${dialog.message()}`));
  page.on("console", (message) => asked.push(message.text()));
  await page.setViewport({ width, height: 800 });
  const url = `file://${out}/report.html`;
  await page.goto(url);
  return {
    page,
    async [Symbol.asyncDispose]() {
      await page.close();
      assertEquals(asked, [url]);
    },
  };
}

/** The users of the table as they stand, those that are shown. */
async function usersIn(page: Page): Promise<string[]> {
  return await page.$$eval(
    "#users tbody tr:not([hidden]) th",
    (cells) => cells.map(({ textContent }) => textContent!.slice(0, 40)),
  );
}

Deno.test("the report shows every user, sorts and filters them, and runs nothing of theirs", async () => {
  await using opened = await open(1_000);
  const { page } = opened;
  const long = "u".repeat(40);
  assertEquals(await usersIn(page), ["ann", "bob", long, HOSTILE]);
  const click = (column: number) =>
    page.click(`#users thead th:nth-child(${column}) button`);
  await click(1);
  assertEquals(await usersIn(page), [HOSTILE, "ann", "bob", long]);
  await click(4);
  assertEquals(await usersIn(page), ["bob", HOSTILE, "ann", long]);
  await page.type("input", "AN");
  assertEquals(await usersIn(page), ["ann"]);
  const isNoneShown = () => page.$eval("#none", ({ hidden }) => !hidden);
  assertEquals(await isNoneShown(), false);
  await page.type("input", "x");
  assertEquals([await usersIn(page), await isNoneShown()], [[], true]);
});

Deno.test("a report of a run that goes on loads itself again, until somebody sorts or filters", async () => {
  const page = await browser.newPage();
  const html = (await Deno.readTextFile(`${out}/report.html`))
    .replace("<body>", '<body data-refresh="60">');
  await Deno.writeTextFile(`${out}/live.html`, html);
  await page.evaluateOnNewDocument(
    "setInterval = (run, time) => [globalThis.tick, globalThis.time] = [run, time]",
  );
  await page.goto(`file://${out}/live.html`);
  assertEquals(await page.evaluate("time"), 60_000);
  await Promise.all([page.waitForNavigation(), page.evaluate("void tick()")]);
  await page.type("input", "b");
  await page.evaluate("void tick()");
  assertEquals(await page.$eval("input", ({ value }) => value), "b");
  await page.close();
});

Deno.test("the report tells counts, runs and reasons, and no body", async () => {
  await using opened = await open(1_000);
  const text = await opened.page.$eval("body", ({ innerText }) => innerText);
  for (
    const part of [
      ...["69", "of 4 users", "34.8 %", "65.2 %", "bad_json"],
      "1970-01-01 00:00:00\t0.0\tidle\t69\t2\t1",
    ]
  ) {
    assert(text.includes(part), `${part} is missing in ${text}`);
  }
  const html = await Deno.readTextFile(`${out}/report.html`);
  assert(!html.includes("secret body"));
  assertEquals(html.match(/<svg/g)?.length, 6, "three charts, twice each");
});

for (const width of [360, 1_000]) {
  Deno.test(`the report fits a page ${width} pixels wide, in the dark, too`, async () => {
    await using opened = await open(width);
    const { page } = opened;
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: "dark" },
    ]);
    const seen = await page.evaluate(`({
      width: document.documentElement.scrollWidth,
      back: getComputedStyle(document.body).backgroundColor,
      charts: [...document.querySelectorAll("svg")]
        .filter((svg) => svg.getBoundingClientRect().width > 0).length,
    })`);
    assertEquals(seen, { width, back: "rgb(13, 17, 23)", charts: 3 });
  });
}
