import type { OptionGroup } from "./option_spec.ts";
import {
  BROKER_OPTIONS,
  CONNECT_TIMEOUT,
  LOG_OPTIONS,
  QUEUE,
  QUEUE_TYPE,
  SUMMARY_FORMAT,
} from "./options.ts";

/** The options of the generator. */
export const PUBLISH_OPTIONS: readonly OptionGroup[] = [
  ["Messages", [
    {
      flags: "--size <n:count>",
      default: 100,
      description: "How many messages to publish, 1 to 1000000000",
    },
    {
      flags: "--users <n:count>",
      default: 5,
      description:
        "How many users they are about: user_a to user_e, then user_6 and so on",
    },
    {
      flags: "--types <list:event-type-list>",
      default: ["created", "updated", "deleted"],
      defaultText: "created,updated,deleted",
      description: "Event types they are of, separated by commas",
    },
    {
      flags: "--duplicates <part:fraction>",
      default: 0,
      description:
        "Part of the messages, 0 to 1, that repeat one of the last 10000 new ones",
    },
    {
      flags: "--invalid <part:fraction>",
      default: 0,
      description:
        "Part of the messages, 0 to 1, that must be rejected, of every kind in turn",
    },
    {
      flags: "--seed <n:seed>",
      defaultText: "random",
      description:
        "Number from 0 to 4294967295 that decides every message: with the same seed and the same options come the same messages; the summary tells it",
    },
  ]],
  [BROKER_OPTIONS[0], [
    ...BROKER_OPTIONS[1],
    QUEUE,
    {
      flags: "--declare",
      default: true,
      description: "Make exchange, queue and binding if they are missing",
    },
    {
      flags: "--no-declare",
      description: "Take exchange, queue and binding as they are",
    },
    {
      flags: "--binding <key:string>",
      defaultText: "*.event.*",
      description: "Binding key that --declare uses",
    },
    QUEUE_TYPE,
    {
      flags: "--partitions <n:partitions>",
      description:
        "How many queues, 1 to 256, share the users out with --declare: <queue>.0, <queue>.1 and so on",
    },
    CONNECT_TIMEOUT,
  ]],
  ["Output", [
    {
      flags: "--to <goal:goal>",
      default: "amqp",
      description:
        "Where messages go: amqp, or - for NDJSON on standard output, with the summary on standard error",
    },
    {
      flags: "--rate <n:count>",
      defaultText: "no limit",
      description: "Messages per second, 1 to 1000000000",
    },
    {
      flags: "--expect <dir:string>",
      description:
        "Folder for the JSON files that a correct count must give, and for the ids (ids.ndjson), made if missing",
    },
    SUMMARY_FORMAT,
    ...LOG_OPTIONS,
  ]],
];
