/**
 * Holds docs/ci/github_actions.yml, which nobody here can run, to what it
 * says of the project.
 */
// Reading YAML takes --allow-read and --allow-env=LOG_STREAM,LOG_TOKENS, two
// switches of the parser.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "yaml";
import configuration from "../../deno.json" with { type: "json" };

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  if?: string;
  needs?: string;
  env?: Record<string, string>;
  "timeout-minutes"?: number;
  strategy?: { matrix: Record<string, unknown[]> };
  services?: Record<string, {
    image: string;
    env: Record<string, string>;
    ports: string[];
    options: string;
  }>;
  steps: Step[];
}

interface Workflow {
  on: Record<string, { branches?: string[]; tags?: string[] } | null>;
  permissions: unknown;
  concurrency: Record<string, string>;
  jobs: Record<string, Job>;
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
}

const text = read("docs/ci/github_actions.yml");
const workflow: Workflow = parse(text);
const jobs = Object.values(workflow.jobs);
const steps = jobs.flatMap((job) => job.steps);

function job(name: string): Job {
  const found = workflow.jobs[name];
  assert(found !== undefined, `there is no job ${name}`);
  return found;
}

/** What a job runs, in order. */
function commandsOf(name: string): string[] {
  return job(name).steps.flatMap(({ run }) => run ?? []);
}

Deno.test("the workflow tests on RabbitMQ 3.13, 4.2 and 4.3, by image", () => {
  assertEquals(job("test").strategy?.matrix, {
    rabbitmq: ["3.13", "4.2", "4.3"],
  });
  assertEquals(
    job("test").services?.rabbitmq?.image,
    "rabbitmq:${{ matrix.rabbitmq }}-management",
  );
});

Deno.test("the workflow's broker is asked for its health as docker-compose.yml asks", () => {
  const { healthcheck } = parse(read("docker-compose.yml")).services.rabbitmq;
  const [kind, ...command] = healthcheck.test;
  assertEquals(kind, "CMD");
  assertEquals(
    job("test").services?.rabbitmq?.options.trim().split(/ (?=--)/),
    [
      `--health-cmd "${command.join(" ")}"`,
      `--health-interval ${healthcheck.interval}`,
      `--health-timeout ${healthcheck.timeout}`,
      `--health-retries ${healthcheck.retries}`,
      `--health-start-period ${healthcheck.start_period}`,
    ],
  );
});

Deno.test("the workflow's tests log in to the broker as the user that it makes", () => {
  const { env, ports } = job("test").services!.rabbitmq!;
  const { RABBITMQ_DEFAULT_USER: user, RABBITMQ_DEFAULT_PASS: password } = env;
  assertEquals(ports, ["5672:5672"]);
  assertEquals(
    job("test").env?.AMQP_URL,
    `amqp://${user}:${password}@127.0.0.1:5672`,
  );
  assert(user !== "guest");
});

Deno.test("the workflow's tests run as root, with the Deno and the cache of the runner's user", () => {
  const commands = commandsOf("test");
  const test = commands.findIndex((each) => each.includes("deno task test"));
  assertEquals(
    commands[test],
    'sudo -E env "PATH=$PATH" deno task test',
  );
  assertMatch(job("test").env?.DENO_DIR ?? "", /^\/tmp\//);
  assertEquals(commands[test + 1], 'sudo chown -R "$USER" "$DENO_DIR"');
});

/** What tests install that each of GitHub's machines with Ubuntu has. */
const ON_EVERY_RUNNER = [
  ...["adduser", "bash", "binutils", "dpkg", "man-db", "systemd"],
];

Deno.test("the workflow installs the packages that the tests would install", () => {
  const installed = commandsOf("test").join("\n").split("\n")
    .find((line) => line.includes("apt-get install"))?.split(" ") ?? [];
  const servers = ["broker/server_program", "postgres"].map((tool) =>
    /installPackage\("(.*?)"/.exec(read(`tools/${tool}.ts`))![1]!
  );
  const shells = read("tests/compiled/completions_test.ts")
    .match(/(?<=^ {2})\w+(?=: async \(script, line\))/gm) ?? [];
  assert(shells.length >= 3);
  const provided = [...Deno.readDirSync(new URL("../package", import.meta.url))]
    .flatMap(({ name }) => [
      ...read(`tests/package/${name}`)
        .matchAll(/provide\("([\w-]+)"(?:, "([\w-]+)")?\)/g),
    ]).map(([_, program, name = program]) => name!);
  assert(provided.length >= 10);
  const needed = new Set([...servers, ...shells, ...provided]);
  assertEquals(
    installed.slice(installed.indexOf(servers[0]!)).toSorted(),
    [...needed].filter((name) => !ON_EVERY_RUNNER.includes(name)).toSorted(),
  );
});

Deno.test("the workflow checks, builds and tests, and builds every target for a tag", () => {
  const tasksOf = (name: string) =>
    commandsOf(name).flatMap((command) =>
      command.match(/(?<=deno task ).*/g) ?? []
    );
  assertEquals(tasksOf("test"), ["check", "compile", "test"]);
  assertEquals(tasksOf("executables"), [
    "compile --all",
    "deb --target x86_64-unknown-linux-gnu",
    "deb --target aarch64-unknown-linux-gnu",
  ]);
  assertEquals(workflow.on.push?.tags, ["v*"]);
  assertEquals(job("executables").if, "github.ref_type == 'tag'");
  assertEquals(job("executables").needs, "test");
  const upload = job("executables").steps.at(-1);
  assertMatch(upload?.uses ?? "", /^actions\/upload-artifact@/);
  assertEquals(upload?.with?.path, "dist/");
  assertEquals(upload?.with?.["if-no-files-found"], "error");
});

Deno.test("the workflow names only tasks of deno.json, also in its comments", () => {
  const named = [...text.matchAll(/deno task ([a-z]+)/g)]
    .map(([, name]) => name!);
  assert(named.length >= 4);
  for (const name of named) {
    assert(name in configuration.tasks, `deno.json has no task ${name}`);
  }
});

Deno.test("the workflow's Deno is that of README.md, CONTRIBUTING.md and .ci/run", () => {
  const setups = steps.filter(({ uses }) =>
    uses?.startsWith("denoland/setup-deno@")
  );
  assertEquals(setups.length, jobs.length);
  const versions = setups.map(({ with: options }) => options?.["deno-version"]);
  const elsewhere = ["README.md", "CONTRIBUTING.md", ".ci/run"].flatMap((
    path,
  ) =>
    [...read(path).matchAll(/deno@(\d[\d.]*\d)/g)].map(([, version]) => version)
  );
  assert(elsewhere.length >= 3);
  assertEquals(new Set([...versions, ...elsewhere]).size, 1);
  for (const { with: options } of setups) assertEquals(options?.cache, true);
});

Deno.test("the workflow pins every action to a version", () => {
  const uses = steps.flatMap(({ uses }) => uses ?? []);
  assert(uses.length >= 5);
  for (const each of uses) assertMatch(each, /^[a-z]+\/[a-z-]+@v\d+$/);
});

Deno.test("the workflow may only read, stops by itself, and leaves a tag's run alone", () => {
  assertEquals(workflow.permissions, { contents: "read" });
  for (const { "timeout-minutes": minutes } of jobs) {
    assert(minutes !== undefined && minutes <= 60);
  }
  assertMatch(workflow.concurrency.group!, /github\.ref \}\}$/);
  assertEquals(
    workflow.concurrency["cancel-in-progress"],
    "${{ github.ref_type != 'tag' }}",
  );
});

Deno.test("the workflow chooses a registry by a variable and a value that are known", () => {
  const chosen = jobs.flatMap(({ env }) => env?.EVENTCOUNTER_REGISTRY ?? []);
  assertEquals(chosen, ["npm"]);
  assert(read("tools/registry.ts").includes('"EVENTCOUNTER_REGISTRY"'));
  assert(read("tools/registry.ts").includes('case "npm"'));
});
