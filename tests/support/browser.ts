import puppeteer, { type Browser } from "puppeteer-core";
import { installPackage, isFile } from "../../tools/broker/system_package.ts";

const CHROMIUM = "/usr/bin/chromium";

/**
 * A real Chromium without a window, of this system's package.
 *
 * @throws If it is missing and cannot be installed.
 */
export async function launchBrowser(): Promise<Browser> {
  if (!await isFile(CHROMIUM)) {
    await installPackage("chromium", "Chromium", console.error);
  }
  // Root, as in a container, may not use its sandbox.
  return await puppeteer.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox"],
  });
}
