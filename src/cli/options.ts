import { USUAL_ID } from "../decode/id_place.ts";
import { USUAL_KEY } from "../decode/key_pattern.ts";
import type { OptionGroup, OptionSpec } from "./option_spec.ts";

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
    flags: "--ca <path:string>",
    description:
      "File with the authorities (PEM) to trust for amqps:// instead of the system's",
  },
  {
    flags: "--cert <path:string>",
    description: "File with the client's own certificate (PEM) for amqps://",
  },
  {
    flags: "--key <path:string>",
    description: "File with the private key (PEM) of --cert",
  },
  {
    flags: "--exchange <name:string>",
    variable: "AMQP_EXCHANGE",
    default: "user-events",
    description: "Topic exchange that events are published to",
  },
]];

/** The queue that events pass through. */
export const QUEUE: OptionSpec = {
  flags: "--queue <name:string>",
  variable: "AMQP_QUEUE",
  default: "eventcountertest",
  description: "Queue that events are taken from",
};

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
  description: "Kind of queue that --declare makes: classic, quorum or stream",
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

/** Which types are counted. */
export const TYPES: OptionSpec = {
  flags: "--types <list:event-types>",
  variable: "EVENTCOUNTER_TYPES",
  default: new Set(["created", "updated", "deleted"]),
  defaultText: "created,updated,deleted",
  description:
    "Event types that are counted, separated by commas; any alone counts up to 1000 types",
};

/** What messages look like. */
export const FOREIGN_MESSAGES: OptionGroup = ["Messages of others", [
  {
    flags: "--id <place:id-place>",
    default: USUAL_ID,
    defaultText: "json:id",
    description:
      "Where the id is: json: with names in the body like event.id, or with a JSON Pointer like /event/id; message-id, the property; or header: with the name of one that holds a text",
  },
  {
    flags: "--routing-key <pattern:key-pattern>",
    default: USUAL_KEY,
    defaultText: "<user>.event.<type>",
    description:
      "What routing keys look like: <user> is one word or more, <type> and * are one, other words are fixed; in count, the binding follows it; --key is the same if it has <user>",
  },
]];

/** The options of the main job. */
export const COUNT_OPTIONS: readonly OptionGroup[] = [
  [BROKER_OPTIONS[0], [
    ...BROKER_OPTIONS[1],
    {
      ...QUEUE,
      description:
        `${QUEUE.description}; give it again for each further one, such as the partitions of a stream`,
      repeatable: true,
    },
    {
      flags: "--declare",
      description: "Make exchange, queue and binding if they are missing",
    },
    {
      flags: "--binding <key:string>",
      defaultText: "*.event.*",
      description:
        "Binding key that --declare uses, by default that of --routing-key; #.event.* for dotted users",
    },
    QUEUE_TYPE,
    {
      flags: "--from <start:stream-start>",
      defaultText: "first",
      description:
        "Where to begin in a stream that the ledger has no position of, and where to go on if it does not reach back to that: first, next, an offset, or a time like 2026-11-24T10:00:00Z",
    },
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
      flags: "--input <file:string>",
      description:
        "Read messages from an NDJSON file, or - for standard input, instead of a broker",
    },
    {
      flags: "--out <dir:string>",
      variable: "EVENTCOUNTER_OUT",
      default: ".",
      description: "Folder for the JSON files, made if missing",
    },
    {
      flags: "--ledger <url:string>",
      variable: "EVENTCOUNTER_LEDGER",
      defaultText: "sqlite:<out>/eventcounter.db",
      description:
        "Where counts and seen ids are kept: sqlite:PATH or a path alone, postgres://… for several workers, or memory: for the counts of this run alone",
    },
    TYPES,
    {
      flags: "--rejected-limit <size:size>",
      default: 0,
      defaultText: "0",
      description:
        "Bytes that everything rejected may take in the ledger (bodies, routing keys, properties, and 256 for each), like 500MB or 1GB: a batch with more ends the run with 74, unacknowledged; 0 sets no limit",
    },
    SUMMARY_FORMAT,
  ]],
  FOREIGN_MESSAGES,
  ["Run", [
    {
      flags: "--idle <duration:idle>",
      variable: "EVENTCOUNTER_IDLE",
      default: 5_000,
      defaultText: "5s",
      description:
        "Stop when nothing has come for so long after the last message was processed; 0 runs until told to stop; an --input is read to its end, whatever its pauses",
    },
    {
      flags: "--until-empty",
      description: "Stop as soon as the queue is empty and all is processed",
    },
    {
      flags: "--dry-run",
      description:
        "Only check all that a run needs, as doctor does, and say what it would do",
    },
    {
      flags: "--limit <n:count>",
      description:
        "Stop after so many deliveries, 1 to 1000000000; the others stay in the queue",
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
      flags: "--snapshot-interval <duration:idle>",
      default: 60_000,
      defaultText: "1m",
      description:
        "How often files that changed are written while the run goes on, less often if that takes over 1 % of the time; 0 writes them at its end",
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
  ["Monitoring", [
    {
      flags: "--metrics-file <path:string>",
      description:
        "Write metrics for Prometheus to this file when the JSON files are written, and at the end",
    },
    {
      flags: "--listen <address:listen>",
      description:
        "Serve /metrics, /healthz and a report by HTTP during the run: a port, for this machine alone, or host:port",
    },
    {
      flags: "--listen-public",
      description:
        "Let --listen have an address that other machines reach; nobody is asked for a password",
    },
    {
      flags: "--otlp-endpoint <url:otlp-endpoint>",
      description:
        "Send the metrics to this OpenTelemetry collector, by OTLP over HTTP, once a minute and at the end",
    },
  ]],
  ["Messages", [
    ...LOG_OPTIONS,
    {
      flags: "--no-progress",
      description:
        "Show no progress line on a terminal, but as elsewhere write a log record a minute",
    },
  ]],
];
