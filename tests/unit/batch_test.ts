import { assertEquals } from "@std/assert";
import type { Settlement } from "../../src/model/delivery.ts";
import { Acks } from "../../src/pipeline/acks.ts";
import { Batch } from "../../src/pipeline/batch.ts";
import { everySequence } from "../support/every_sequence.ts";
import { deliveryOf, event } from "../support/messages.ts";
import { test } from "../support/pure.ts";

/** A settlement that notes the acks it gets. */
class Recorder implements Settlement {
  readonly acked: number[] = [];

  ackUpTo(tag: number): boolean {
    this.acked.push(tag);
    return true;
  }

  confirm = (): Promise<boolean> => Promise.resolve(true);
}

test("acks go once to each settlement, for the highest tag noted", () => {
  for (const settlementOfEach of everySequence([0, 1, 2], 5)) {
    for (let splitAt = 0; splitAt <= settlementOfEach.length; splitAt++) {
      const recorders = [0, 1, 2].map(() => new Recorder());
      const last = recorders.map(() => 0);
      // Noted in two collections that are put together.
      const [acks, later] = [new Acks(), new Acks()];
      settlementOfEach.forEach((which, i) => {
        const tag = ++last[which]!;
        (i < splitAt ? acks : later).add(recorders[which]!, tag);
      });

      acks.addAll(later);
      acks.send();

      assertEquals(
        recorders.map(({ acked }) => acked),
        last.map((tag) => tag === 0 ? [] : [tag]),
      );
    }
  }
});

test("acks that have been sent are not sent again", () => {
  const recorder = new Recorder();
  const acks = new Acks();

  acks.add(recorder, 1);
  acks.send();
  acks.send();
  assertEquals(recorder.acked, [1]);

  acks.add(recorder, 2);
  acks.send();
  assertEquals(recorder.acked, [1, 2]);
});

test("a settlement without anything noted gets no ack", () => {
  new Acks().send();
  const acks = new Acks();
  acks.addAll(new Acks());
  acks.send();
});

test("a batch counts its deliveries and acks the last of them", () => {
  const recorder = new Recorder();
  const batch = new Batch();
  for (const tag of [4, 5, 6]) {
    batch.add(deliveryOf(event("a", "created", `${tag}`), recorder, tag));
  }

  batch.acks.send();

  assertEquals([batch.size, recorder.acked], [3, [6]]);
});
