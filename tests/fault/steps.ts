/** The variable that tells `killed_program.ts` where to die: `<step>:<n>`. */
export const KILL_VARIABLE = "EVENTCOUNTER_KILL_AT";

/** The steps of a drain at which the program can be killed. */
export const DRAIN_STEPS = [
  "received", // a delivery was taken from the source
  "decoded", // a delivery became an event or a rejection
  "routed", // an event was given to its subscribers
  "tallied", // an event was added to the tally
  "before commit", // a batch is ready for the ledger
  "in the transaction", // everything is written but the commit
  "after commit", // the batch is durable, and not acked yet
  "acked", // the ack was handed to the AMQP client
  "soon after the ack", // and probably sent
] as const;

/** The steps of a snapshot at which the program can be killed. */
export const SNAPSHOT_STEPS = [
  "in a file", // half of a temporary file is written
  "before a rename", // a temporary file is whole
  "after a rename", // between two renames, or after the last
] as const;

/** A step at which the program can be killed. */
export type Step =
  | typeof DRAIN_STEPS[number]
  | typeof SNAPSHOT_STEPS[number];
