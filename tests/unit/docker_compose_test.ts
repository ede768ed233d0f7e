// Reading YAML takes --allow-read and --allow-env=LOG_STREAM,LOG_TOKENS, two
// switches of the parser.
import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";
import { VARIABLES } from "../../src/cli/variables.ts";

const { services } = parse(
  Deno.readTextFileSync(new URL("../../docker-compose.yml", import.meta.url)),
);
const { rabbitmq, eventcounter, postgres } = services;
const workers = ["worker-1", "worker-2"].map((name) => services[name]);

Deno.test("docker-compose.yml opens AMQP and the management page to this machine only", () => {
  assertEquals(rabbitmq.ports, [
    "127.0.0.1:${EVENTCOUNTER_AMQP_PORT:-5672}:5672",
    "127.0.0.1:${EVENTCOUNTER_MANAGEMENT_PORT:-15672}:15672",
  ]);
  assertEquals(eventcounter.ports, undefined);
});

Deno.test("docker-compose.yml logs eventcounter in as the user that it makes", () => {
  const { RABBITMQ_DEFAULT_USER: user, RABBITMQ_DEFAULT_PASS: password } =
    rabbitmq.environment;
  const { AMQP_URL: url, ...others } = eventcounter.environment;
  assertEquals(url, `amqp://${user}:${password}@rabbitmq:5672`);
  // RabbitMQ lets this user log in from its own machine only.
  assert(user !== "guest");
  for (const name of Object.keys(others)) assert(VARIABLES.includes(name));
});

Deno.test("docker-compose.yml has workers share a ledger, each with a folder of its own", () => {
  const { POSTGRES_USER: user, POSTGRES_PASSWORD: password } =
    postgres.environment;
  const url = `postgres://${user}:${password}@postgres`;
  for (const [i, { environment, profiles, ...worker }] of workers.entries()) {
    assertEquals(profiles, postgres.profiles);
    assertEquals(environment, {
      AMQP_URL: eventcounter.environment.AMQP_URL,
      EVENTCOUNTER_LEDGER: url,
      EVENTCOUNTER_OUT: `/out/worker-${i + 1}`,
    });
    for (const key of ["command", "user", "volumes", "read_only", "cap_drop"]) {
      assertEquals(worker[key], eventcounter[key]);
    }
  }
});

Deno.test("docker-compose.yml lets eventcounter write to its output folder alone", () => {
  const { volumes, environment, read_only, cap_drop } = eventcounter;
  assertEquals(volumes, [`./out:${environment.EVENTCOUNTER_OUT}`]);
  assertEquals([read_only, cap_drop], [true, ["ALL"]]);
});
