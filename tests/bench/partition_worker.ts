/** Drains one partition in a thread of its own, when it is told which. */
import { parentPort } from "node:worker_threads";
import { drainOurs } from "./our_drain.ts";

parentPort!.once("message", async ({ task, folder }) => {
  parentPort!.postMessage(await drainOurs(task, folder));
});
parentPort!.postMessage("ready");
