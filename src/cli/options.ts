import type { Command } from "@cliffy/command";
import * as types from "./option_types.ts";

/** One option with all that there is to say about it. */
export interface OptionSpec {
  /** Its flags as Cliffy reads them, for example `--idle <duration:idle>`. */
  readonly flags: string;
  /** What it does, with unit and limits; a sentence without its full stop. */
  readonly description: string;
  /** The value if neither flag nor variable is given. */
  readonly default?: unknown;
  /** How help shows the default, where that is not the value itself. */
  readonly defaultText?: string;
  /** The environment variable that sets it. */
  readonly variable?: string;
}

/** Options under a heading of the help. */
export type OptionGroup = readonly [
  heading: string,
  options: readonly OptionSpec[],
];

/** Options that say which broker, and as whom. */
export const BROKER_OPTIONS: OptionGroup = ["Broker", [
  {
    flags: "--amqp-url <url:string>",
    variable: "AMQP_URL",
    defaultText: "amqp://guest:guest@localhost:5672",
    description:
      "Broker, user and virtual host; ?heartbeat=<seconds> sets the heartbeat (10)",
  },
  {
    flags: "--amqp-url-file <path:string>",
    variable: "AMQP_URL_FILE",
    description: "File with the AMQP URL as its first line, to keep it secret",
  },
  {
    flags: "--ca <path:text>",
    description:
      "File with the authorities (PEM) to trust for amqps:// instead of the system's",
  },
  {
    flags: "--cert <path:text>",
    description: "File with the client's own certificate (PEM) for amqps://",
  },
  {
    flags: "--key <path:text>",
    description: "File with the private key (PEM) of --cert",
  },
  {
    flags: "--exchange <name:text>",
    variable: "AMQP_EXCHANGE",
    default: "user-events",
    description: "Topic exchange that events are published to",
  },
  {
    flags: "--queue <name:text>",
    variable: "AMQP_QUEUE",
    default: "eventcountertest",
    description: "Queue that events are taken from",
  },
]];

/** How long to try for the first connection. */
export const CONNECT_TIMEOUT: OptionSpec = {
  flags: "--connect-timeout <duration:duration>",
  default: 30_000,
  defaultText: "30s",
  description: "How long to try for the first connection",
};

/** What kind of queue `--declare` makes. */
export const QUEUE_TYPE: OptionSpec = {
  flags: "--queue-type <kind:queue-type>",
  defaultText: "classic",
  description: "Kind of queue that --declare makes: classic or quorum",
};

/** Options about what is told on standard error. */
export const LOG_OPTIONS: readonly OptionSpec[] = [
  {
    flags: "--log-level <level:log-level>",
    variable: "EVENTCOUNTER_LOG_LEVEL",
    default: "info",
    description:
      "Least severe log records on standard error: debug, info, warn, error or off",
  },
  {
    flags: "--log-format <format:format>",
    variable: "EVENTCOUNTER_LOG_FORMAT",
    default: "text",
    description: "Log records as text, or as one json object a line",
  },
];

/** How the summary looks. */
export const SUMMARY_FORMAT: OptionSpec = {
  flags: "--format <format:format>",
  default: "text",
  description: "Summary on standard output as text, or as one json object",
};

/** The options of the main job. */
export const COUNT_OPTIONS: readonly OptionGroup[] = [
  [BROKER_OPTIONS[0], [
    ...BROKER_OPTIONS[1],
    {
      flags: "--declare",
      description: "Make exchange, queue and binding if they are missing",
    },
    {
      flags: "--binding <key:text>",
      defaultText: "*.event.*",
      description:
        "Binding key that --declare uses; #.event.* for dotted users",
    },
    QUEUE_TYPE,
    {
      flags: "--prefetch <n:prefetch>",
      default: 10_000,
      description:
        "Deliveries the broker sends ahead, 1 to 65535, at least --checkpoint-size",
    },
    CONNECT_TIMEOUT,
    {
      flags: "--reconnect-timeout <duration:duration>",
      default: 300_000,
      defaultText: "5m",
      description: "How long to try to connect again after a loss",
    },
  ]],
  ["Input and output", [
    {
      flags: "--input <file:text>",
      description:
        "Read messages from an NDJSON file, or - for standard input, instead of a broker",
    },
    {
      flags: "--out <dir:text>",
      variable: "EVENTCOUNTER_OUT",
      default: ".",
      description: "Folder for the JSON files, made if missing",
    },
    {
      flags: "--ledger <url:string>",
      variable: "EVENTCOUNTER_LEDGER",
      defaultText: "sqlite:<out>/eventcounter.db",
      description:
        "Where counts and seen ids are kept: sqlite:PATH, or memory: for the counts of this run alone",
    },
    {
      flags: "--types <list:event-types>",
      variable: "EVENTCOUNTER_TYPES",
      default: new Set(["created", "updated", "deleted"]),
      defaultText: "created,updated,deleted",
      description:
        "Event types that are counted, separated by commas; any counts up to 1000 types",
    },
    SUMMARY_FORMAT,
  ]],
  ["Run", [
    {
      flags: "--idle <duration:idle>",
      variable: "EVENTCOUNTER_IDLE",
      default: 5_000,
      defaultText: "5s",
      description:
        "Stop when nothing has come for so long after the last message was processed; 0 runs until told to stop",
    },
    {
      flags: "--until-empty",
      description: "Stop as soon as the queue is empty and all is processed",
    },
    {
      flags: "--checkpoint-size <n:checkpoint-size>",
      default: 5_000,
      description:
        "Deliveries in one ledger transaction and one ack, 1 to 65535",
    },
    {
      flags: "--checkpoint-interval <duration:duration>",
      default: 1_000,
      defaultText: "1s",
      description: "The longest a delivery waits for its transaction",
    },
    {
      flags: "--delivery-limit <n:delivery-limit>",
      default: 20,
      description:
        "How often the broker of a quorum queue lets a message come back before it drops it, 2 to 1000000; it is rejected just before",
    },
    {
      flags: "--dedupe-window <duration:age>",
      description:
        "Forget ids counted longer ago than this when the run starts; by default none is ever forgotten",
    },
  ]],
  ["Messages", [
    ...LOG_OPTIONS,
    {
      flags: "--no-progress",
      description: "Do not show the progress line on a terminal",
    },
  ]],
];

/**
 * Adds the project's option types and a table of options to a command.
 *
 * Duration, for example, is a type, so a bad value is refused in the same words
 * whether it came from a flag or from a variable.
 */
export function addOptions(
  command: Command,
  groups: readonly OptionGroup[],
): Command {
  // The tables are data: their option names are not known to the type checker,
  // and each command validates what it gets where it reads it.
  // deno-lint-ignore no-explicit-any
  let building = command as any;
  building = building
    .type("duration", types.duration)
    .type("idle", types.durationOrNever)
    .type("age", types.age)
    .type("text", types.text)
    .type("fraction", types.fraction)
    .type("prefetch", types.wholeNumber(1, 65_535))
    .type("checkpoint-size", types.wholeNumber(1, 65_535))
    .type("queue-type", types.oneOf("classic", "quorum"))
    .type("delivery-limit", types.wholeNumber(2, 1_000_000))
    .type("count", types.wholeNumber(1, 1_000_000_000))
    .type("seed", types.wholeNumber(0, 4_294_967_295))
    .type("event-types", types.eventTypes)
    .type("event-type-list", types.eventTypeList)
    .type("log-level", types.oneOf("debug", "info", "warn", "error", "off"))
    .type("format", types.oneOf("text", "json"));
  for (const [heading, options] of groups) {
    building = building.group(heading);
    for (const option of options) building = addOption(building, option);
  }
  return building;
}

// deno-lint-ignore no-explicit-any
function addOption(command: any, spec: OptionSpec): any {
  const { flags, description, variable } = spec;
  command.option(flags, describe(spec), {
    ...("default" in spec ? { default: spec.default } : {}),
    ...("defaultText" in spec ? { defaultText: spec.defaultText } : {}),
  });
  if (variable === undefined) return command;
  const type = flags.slice(flags.indexOf("<"));
  const prefix = /^EVENTCOUNTER_|^AMQP_(?!URL)/.exec(variable)?.[0];
  return command.env(
    `${variable}=${type}`,
    `${description}.`,
    prefix === undefined ? {} : { prefix },
  );
}

function describe({ description, variable }: OptionSpec): string {
  return variable === undefined
    ? `${description}.`
    : `${description}; variable ${variable}.`;
}
