// Reading YAML takes --allow-read and --allow-env=LOG_STREAM,LOG_TOKENS, two
// switches of the parser.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "yaml";
import { VARIABLES } from "../../src/cli/variables.ts";

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  hostname?: string;
  ports?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: Record<string, unknown> & { test?: string[] };
}

interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
}

function service(name: string): Service {
  const found = composeFile.services[name];
  assert(found !== undefined, `there is no service ${name}`);
  return found;
}

const composeFile: ComposeFile = parse(read("docker-compose.yml"));

Deno.test("docker-compose.yml pins every image to an exact version, but for the one it builds", () => {
  for (const { image, build } of Object.values(composeFile.services)) {
    if (build === undefined) {
      assertMatch(String(image), /^[a-z]+(\/[a-z]+)?:\d+\.\d+\.\d+(-[a-z]+)?$/);
    }
  }
});

Deno.test("docker-compose.yml opens AMQP and the management page to this machine only", () => {
  const ports = Object.values(composeFile.services).flatMap((each) =>
    each.ports ?? []
  );
  // A default after ":-" is what a port variable that is not set comes to.
  const resolved = ports.map((port) => port.replace(/\$\{\w+:-(\d+)\}/, "$1"));
  assertEquals(resolved.toSorted(), [
    "127.0.0.1:15672:15672",
    "127.0.0.1:5672:5672",
  ]);
});

Deno.test("docker-compose.yml asks the broker itself whether it is healthy", () => {
  const { test, ...timing } = service("rabbitmq").healthcheck ?? {};
  assertEquals(test?.slice(0, 2), ["CMD", "rabbitmq-diagnostics"]);
  assertMatch(String(test?.at(-1)), /^(ping|check_\w+)$/);
  assertEquals(
    Object.keys(timing).toSorted(),
    ["interval", "retries", "start_period", "timeout"],
  );
});

Deno.test("docker-compose.yml starts eventcounter when the broker is healthy", () => {
  assertEquals(service("eventcounter").depends_on, {
    rabbitmq: { condition: "service_healthy" },
  });
});

Deno.test("docker-compose.yml gives eventcounter only variables that it reads", () => {
  const environment = service("eventcounter").environment ?? {};
  assert("AMQP_URL" in environment && "EVENTCOUNTER_OUT" in environment);
  for (const name of Object.keys(environment)) {
    assert(VARIABLES.includes(name), `nothing reads ${name}`);
  }
});

Deno.test("docker-compose.yml builds eventcounter from the Containerfile and lets it write to ./out alone", () => {
  const { build, user, volumes, environment, ...rest } = service(
    "eventcounter",
  );
  assertEquals(build, { context: ".", dockerfile: "Containerfile" });
  assertEquals(volumes, [`./out:${environment?.EVENTCOUNTER_OUT}`]);
  assertMatch(String(user), /^\$\{EVENTCOUNTER_USER:-[1-9]\d*:[1-9]\d*\}$/);
  assertEquals(
    [rest.read_only, rest.cap_drop, rest.security_opt, rest.command],
    [true, ["ALL"], ["no-new-privileges:true"], ["--declare"]],
  );
});

Deno.test("docker-compose.yml logs eventcounter in as the user that it makes", () => {
  const { RABBITMQ_DEFAULT_USER: user, RABBITMQ_DEFAULT_PASS: password } =
    service("rabbitmq").environment ?? {};
  const { AMQP_URL: url } = service("eventcounter").environment ?? {};
  assertEquals(url, `amqp://${user}:${password}@rabbitmq:5672`);
  // RabbitMQ lets this user log in from its own machine only.
  assert(user !== "guest");
});

Deno.test("docker-compose.yml declares every named volume, and no other", () => {
  const sources = Object.values(composeFile.services).flatMap((each) =>
    (each.volumes ?? []).map((volume) => volume.split(":")[0] ?? "")
  );
  const named = new Set(sources.filter((source) => !source.startsWith(".")));
  assertEquals(
    [...named].toSorted(),
    Object.keys(composeFile.volumes).toSorted(),
  );
});

Deno.test("docker-compose.yml keeps the broker's data over a new container", () => {
  const { hostname, volumes } = service("rabbitmq");
  assert(volumes?.some((volume) => volume.endsWith(":/var/lib/rabbitmq")));
  // The broker looks for its data under its host's name.
  assertEquals(hostname, "rabbitmq");
});
