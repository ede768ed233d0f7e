/** Recovers from one power cut after the other, as `Crew` tells it. */
import type { Cut } from "./cuts.ts";
import type { Recording } from "./recording.ts";
import { recover } from "./recovery.ts";

/** What a worker is told: at first the recording, then its cuts. */
export type Told = { readonly recording: Recording } | { readonly cut: Cut };

const worker = self as unknown as {
  onmessage: (event: MessageEvent<Told>) => Promise<void>;
  postMessage: (complaints: readonly string[]) => void;
};
let recording: Recording;
let number = 0;

worker.onmessage = async ({ data }) => {
  if ("recording" in data) {
    recording = data.recording;
    return;
  }
  const { disk, acked } = data.cut;
  const complaints = await recover(
    recording,
    disk,
    acked,
    `${self.name}-${++number}`,
  ).catch((error) => [String(error)]);
  worker.postMessage(complaints);
};
