/** A mistake that somebody could make in a file of `src`. */
export interface PlantedBug {
  readonly name: string;
  /** In `src`. */
  readonly file: string;
  /** What it replaces by what. */
  readonly changes: readonly (readonly [from: string, to: string])[];
}

const CHECKPOINTER = "pipeline/checkpointer.ts";
const PIPELINE = "pipeline/pipeline.ts";
const ACKS = "pipeline/acks.ts";
const ATTACHMENT = "source/amqp/amqp_attachment.ts";
const STREAM = "source/stream/stream_consumption.ts";
const POSTGRES = "ledger/postgres/postgres_ledger.ts";
const TRANSACTION = "ledger/postgres/checkpoint_transaction.ts";
const SQLITE = "ledger/sqlite/sqlite_ledger.ts";

/** Each of them breaks a promise of docs/guarantees.md. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  bug("an ack before the commit", CHECKPOINTER, [
    "    await this.#commit(batch, rejections);\n",
    "    batch.acks.send();\n    await this.#commit(batch, rejections);\n",
  ]),
  bug(
    "an ack on the new channel",
    ATTACHMENT,
    [
      "  #alive = true;\n",
      "  #alive = true;\n  static latest: AmqpAttachment;\n",
    ],
    [
      'channel.on("error",',
      'AmqpAttachment.latest = this;\nchannel.on("error",',
    ],
    [
      "    return this.#ack(tag);\n",
      "    return AmqpAttachment.latest.#ack(tag);\n",
    ],
  ),
  bug("ids seen before their counts are durable", SQLITE, [
    "      this.#totals.add(batch.counts,",
    "      this.#transaction(() => this.#append({ ...batch, counts: new Map()," +
    " rejections: [] }));\n      this.#claimed.clear();\n" +
    "      this.#totals.add(batch.counts,",
  ]),
  bug("idle while consumers are busy", PIPELINE, [
    "if (processed !== undefined) {",
    "if (processed === null) {",
  ]),
  bug("a tag too high", ACKS, ["this.#tag = tag;", "this.#tag = tag + 1;"]),
  bug("a tag too low", ACKS, ["this.#tag = tag;", "this.#tag = tag - 1;"]),
  bug("a position ahead of its counts", SQLITE, [
    "      this.#totals.add(batch.counts,",
    "      this.#transaction(() => batch.positions.forEach((at, stream) =>" +
    " this.#appendPosition.run(stream, at.offset, at.fingerprint)));\n" +
    "      this.#totals.add(batch.counts,",
  ]),
  bug("a rejection dropped on redelivery", "pipeline/rejection_filter.ts", [
    "redelivered && this.#recent.recognise(placed, settlement, batch)",
    "redelivered",
  ]),
  bug("a rejection recorded on redelivery", "pipeline/rejection_filter.ts", [
    "redelivered && this.#recent.recognise(placed, settlement, batch)",
    "false",
  ]),
  bug("settled although the answer is missing", CHECKPOINTER, [
    "      if (answers.includes(false)) return;\n",
    "",
  ]),
  bug(
    "the files before the last checkpoint",
    PIPELINE,
    ["    const files = await this.#snapshot(stopped);\n", ""],
    [
      "    await this.#source.stop();\n",
      "    const files = await this.#snapshot(stopped);\n" +
      "    await this.#source.stop();\n",
    ],
  ),
  bug("acks of memory: before the files", CHECKPOINTER, [
    "} else this.#held.addAll(batch.acks);",
    "} else batch.acks.send();",
  ]),
  bug("the delivery limit off by one", CHECKPOINTER, [
    "returns >= this.#options.deliveryLimit - 1",
    "returns >= this.#options.deliveryLimit",
  ]),
  bug("a duplicate acked and not accounted for", CHECKPOINTER, [
    "        batch.duplicates++;\n",
    "",
  ]),
  bug("a stream's gap passed over", STREAM, [
    "    if (gap === undefined) return;\n",
    "    if (gap !== null) return;\n",
  ]),
  bug("a short write taken for a whole one", "output/file_bytes.ts", [
    "    at += await file.write(bytes.subarray(at));\n",
    "    await file.write(bytes.subarray(at));\n    at = bytes.length;\n",
  ]),
  bug("counts of a run that died forgotten", SQLITE, [
    "        ledger.#totals.foldLog();\n",
    "",
  ]),
  bug("a commit before the consumers have counted", CHECKPOINTER, [
    "        await this.#claim(batch);\n        await consumers.idle();\n",
    "        await this.#claim(batch);\n",
  ]),
  bug("no credit for a stream", STREAM, [
    "    attachment.extendCredit(tag);\n",
    "",
  ]),
  bug("a message left out after a loss", STREAM, [
    "    this.#next = offset + 1;\n",
    "    this.#next = offset + 2;\n",
  ]),
  bug("no new window for memory:", "source/amqp/queue_consumption.ts", [
    "      !holdAll || attachment.waiting > 0",
    "      holdAll || attachment.waiting > 0",
  ]),
  bug("of equal rejections one recorded", "pipeline/rejection_filter.ts", [
    "if (!takenOver)",
    "if (!takenOver && !fresh.some((one) => keyOf(one.fingerprint) === " +
    "keyOf(placed.fingerprint)))",
  ]),
  bug("ids claimed for good before their counts", POSTGRES, [
    "    if (claim.includes(1)) this.#transaction.hold();\n",
    "    if (claim.includes(1)) await this.#transaction.commit(() => []);\n",
  ]),
  bug("a commit in doubt looked for by a SELECT", TRANSACTION, [
    "      const [, inserted] = await",
    "      const { rows } = await session.ask('SELECT true FROM checkpoint " +
    "WHERE run = $1 AND number = $2', this.#run, this.#number);\n" +
    "      if (Date) return rows.length > 0;\n      const [, inserted] = await",
  ]),
  bug("claims in the order of deliveries", "ledger/postgres/sorted_ids.ts", [
    "keys.subarray(0, length).sort();",
    "keys.subarray(0, length);",
  ]),
  bug("a checkpoint made anew without its claims", CHECKPOINTER, [
    "        batch.unclaim();\n",
    "",
  ]),
];

function bug(
  name: string,
  file: string,
  ...changes: readonly (readonly [string, string])[]
): PlantedBug {
  return { name, file, changes };
}
