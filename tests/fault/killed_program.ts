/**
 * The real program, which kills itself by SIGKILL when it passes a step for the
 * n-th time. The step and n stand in the variable `EVENTCOUNTER_KILL_AT`, for
 * example `after commit:3`.
 *
 * The program knows nothing of this: source and ledger are decorated through
 * `run`, and what else has to be watched is replaced from outside.
 */
import { DatabaseSync } from "node:sqlite";
import process from "node:process";
import { run } from "../../src/cli/run.ts";
import type { RunParts } from "../../src/cli/process_context.ts";
import { CountingConsumer } from "../../src/count/counting_consumer.ts";
import { Decoder } from "../../src/decode/decoder.ts";
import type { Delivery, Settlement } from "../../src/model/delivery.ts";
import { Router } from "../../src/route/router.ts";
import { KILL_VARIABLE, type Step } from "./steps.ts";

/** Ample for a few bytes on a local connection, in ms. */
const TIME_TO_LEAVE = 200;

const [stepToDieAt, number] = (Deno.env.get(KILL_VARIABLE) ?? "").split(":");
let passagesLeft = Number(number);
if (!(passagesLeft >= 1)) {
  throw new Error(`${KILL_VARIABLE} must be <step>:<n>`);
}

/** Dies if this is the step and it is time. */
function pass(step: Step): void {
  if (isDue(step)) die();
}

/**
 * The same, but first everything that was handed to the AMQP client may leave:
 * an ack that was sent too early is then with the broker.
 */
async function passSlowly(step: Step): Promise<void> {
  if (!isDue(step)) return;
  await new Promise((resolve) => setTimeout(resolve, TIME_TO_LEAVE));
  die();
}

function isDue(step: Step): boolean {
  return step === stepToDieAt && --passagesLeft === 0;
}

function die(): void {
  // `Deno.kill` would need a permission that the program does not have.
  process.kill(process.pid, "SIGKILL");
}

function decorate({ source, ledger }: RunParts): RunParts {
  const settlements = new WeakMap<Settlement, Settlement>();
  let acked = false;
  const watched = (settlement: Settlement): Settlement => {
    let known = settlements.get(settlement);
    if (known === undefined) {
      known = {
        ackUpTo(tag) {
          const sent = settlement.ackUpTo(tag);
          pass("acked");
          acked = true;
          return sent;
        },
        confirm: () => settlement.confirm(),
      };
      settlements.set(settlement, known);
    }
    return known;
  };

  const take = source.take.bind(source);
  source.take = (most) => {
    if (acked) pass("soon after the ack");
    acked = false;
    return take(most).map((delivery): Delivery => {
      pass("received");
      const settlement = watched(delivery.settlement);
      return Object.create(delivery, { settlement: { value: settlement } });
    });
  };

  const commit = ledger.commit.bind(ledger);
  ledger.commit = async (batch) => {
    await passSlowly("before commit");
    await commit(batch);
    await passSlowly("after commit");
  };
  return { source, ledger };
}

const { decode } = Decoder.prototype;
Decoder.prototype.decode = function (delivery) {
  const decoded = decode.call(this, delivery);
  pass("decoded");
  return decoded;
};

const { publish } = Router.prototype;
Router.prototype.publish = function (event) {
  const full = publish.call(this, event);
  pass("routed");
  return full;
};

const { handlerFor } = CountingConsumer.prototype;
CountingConsumer.prototype.handlerFor = function (type) {
  const handle = handlerFor.call(this, type);
  return (userId, event, signal) => {
    const handled = handle(userId, event, signal);
    pass("tallied");
    return handled;
  };
};

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function (sql) {
  if (sql === "COMMIT") pass("in the transaction");
  exec.call(this, sql);
};

const { write } = Deno.FsFile.prototype;
Deno.FsFile.prototype.write = async function (bytes) {
  if (!isDue("in a file")) return await write.call(this, bytes);
  const written = await write.call(
    this,
    bytes.subarray(0, Math.ceil(bytes.length / 2)),
  );
  die();
  return written;
};

const { rename } = Deno;
Deno.rename = async (from, to) => {
  pass("before a rename");
  await rename(from, to);
  pass("after a rename");
};

Deno.exit(await run(Deno.args, Deno.exit, decorate));
