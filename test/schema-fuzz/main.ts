// `npm run test:schema`: schemathesis over the running platform's OpenAPI document, with every kind of credential.
import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RATE_POLICY_NAMES } from "../../platform/http/rate-policies.ts";
import { startTestPlatform, type TestPlatform } from "../../platform/testing/test-platform.ts";

const FOLDER = import.meta.dirname;

/** Where schemathesis is installed: once, outside of what is committed. */
const TOOLS = join(FOLDER, "../../.data/schema-fuzz");

const CONFIG = join(FOLDER, "schemathesis.toml");

/** What operators change must not keep the players of the same run out. */
const OPERATORS_ENVIRONMENT = "demo/fuzz";

/** How long the round with the right credentials may take, in seconds; when little is found to be new, it is shorter. */
const BUDGET_SECONDS = 130;

/** Cases an operation in each phase that makes them up, and in the rounds with a credential that is mostly the wrong one. */
const CASES = 25;
const CASES_OF_OTHERS = 4;

/** Longest to wait for the database, in milliseconds. */
const START_TIMEOUT_MS = 60_000;

/** A pace that nobody reaches. */
const UNLIMITED_PER_MINUTE = 1_000_000_000;

/** What the rounds with one credential for every operation hold against the answers; whether it is let in is not asked. */
const CHECKS_OF_OTHERS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];

async function main(extra: readonly string[]): Promise<number> {
  const tool = await install();
  const operatorKey = randomBytes(24).toString("hex");
  const platform = await startTestPlatform(
    {
      OPERATOR_KEY: operatorKey,
      LOG_LEVEL: "debug",
      TRUSTED_PROXIES: "127.0.0.1",
      RATE_LIMITS: RATE_POLICY_NAMES.map((name) => `${name}=${UNLIMITED_PER_MINUTE}`).join(","),
    },
    { wait: false },
  );
  try {
    const env = await prepare(platform, operatorKey);
    const fuzz = (more: readonly string[], credential = "") =>
      run(tool, ["--config-file", CONFIG, "run", `${platform.url}/openapi.json`, ...more, ...extra], {
        ...env,
        FUZZ_CREDENTIAL: credential,
      });
    const cases = (count: number) => ["--workers", "2", "--max-examples", `${count}`];
    const phases = ["--phases", "examples,coverage,fuzzing,stateful"];
    const codes = [await fuzz([...cases(CASES), ...phases, "--max-time", `${BUDGET_SECONDS}`])];
    const narrow = ["--phases", "fuzzing", "--checks", CHECKS_OF_OTHERS.join(","), "--warnings", "off"];
    for (const credential of ["player", "server", "operator"]) {
      process.stdout.write(`\nEvery operation with the credential of: ${credential}\n`);
      codes.push(await fuzz([...cases(CASES_OF_OTHERS), ...narrow], credential));
    }
    tellOfFailing(platform);
    return (await isWell(platform)) && codes.every((code) => code === 0) ? 0 : 1;
  } finally {
    await platform.close();
  }
}

/** The path of schemathesis, installed if it is not; an environment that was left half made is made anew. */
async function install(): Promise<string> {
  const bin = join(TOOLS, "venv/bin");
  const tool = join(bin, "st");
  if (existsSync(tool)) return tool;
  await rm(TOOLS, { recursive: true, force: true });
  await must("python3", ["-m", "venv", join(TOOLS, "venv")], "python3 with its module venv (Debian: python3-venv)");
  const requirements = ["install", "--quiet", "--disable-pip-version-check", "-r", join(FOLDER, "requirements.txt")];
  await must(join(bin, "pip"), requirements, "a Python package index that can be reached");
  return tool;
}

async function must(command: string, args: readonly string[], needs: string): Promise<void> {
  const code = await run(command, args, {}).catch(() => -1);
  if (code !== 0) throw new Error(`${command} ${args[0]} ${args[1]} failed. The schema fuzzer needs ${needs}.`);
}

/** Makes the operators' environment and a player in it; returns what the hooks in credentials.py need to know. */
async function prepare(platform: TestPlatform, operatorKey: string): Promise<Record<string, string>> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while ((await platform.signIn("the-first-device")).accessToken === undefined) {
    if (Date.now() > deadline) throw new Error(`The database was not ready within ${START_TIMEOUT_MS} ms.`);
    await delay(200);
  }
  const made = await platform.send("POST", "/v1/environments", {
    token: operatorKey,
    environment: "demo/dev",
    body: { id: OPERATORS_ENVIRONMENT },
  });
  const guest = await platform.send("POST", "/v1/auth/guest", {
    environment: OPERATORS_ENVIRONMENT,
    body: { deviceId: randomUUID() },
  });
  if (guest.status !== 200) throw new Error(`No player could be made: ${made.status}, then ${guest.status}.`);
  return {
    SCHEMATHESIS_HOOKS: "credentials",
    PYTHONPATH: FOLDER,
    PYTHONDONTWRITEBYTECODE: "1",
    FUZZ_PLATFORM_URL: platform.url,
    FUZZ_SERVER_KEY: platform.serverKey,
    FUZZ_OPERATOR_KEY: operatorKey,
    FUZZ_OPERATORS_ENVIRONMENT: OPERATORS_ENVIRONMENT,
    FUZZ_PLAYER_ID: guest.body.playerId,
  };
}

/** Runs a command to its end, in the tools' folder, where it may leave files; returns its exit code. */
async function run(command: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  await mkdir(TOOLS, { recursive: true });
  const child = spawn(command, args, { cwd: TOOLS, stdio: "inherit", env: { ...process.env, ...env } });
  const [code] = await once(child, "exit");
  return code ?? -1;
}

/** Lists the routes whose success nobody saw, since a schema does not say how to get there: other tests must. */
function tellOfFailing(platform: TestPlatform): void {
  const succeeded = new Map<string, boolean>();
  for (const { event, method, route, status } of platform.log.lines) {
    if (event !== "http.request" || !String(route).startsWith("/v1/") || status === 405) continue;
    const key = `${method} ${route}`;
    succeeded.set(key, Number(status) < 300 || succeeded.get(key) === true);
  }
  const failing = [...succeeded].filter(([, hasSucceeded]) => !hasSucceeded).map(([key]) => `  ${key}\n`);
  process.stdout.write(`\n${succeeded.size} routes were tried. Never seen to succeed:\n${failing.sort().join("")}`);
}

/** Whether the platform still signs players in and has logged no fault of its own. */
async function isWell(platform: TestPlatform): Promise<boolean> {
  const { accessToken } = await platform.signIn(randomUUID());
  const faults = platform.log.lines.filter(({ level }) => level === "error" || level === "fatal");
  for (const fault of faults) process.stderr.write(`${JSON.stringify(fault)}\n`);
  if (accessToken === undefined) process.stderr.write("After the fuzzing nobody can sign in.\n");
  return accessToken !== undefined && faults.length === 0;
}

process.exitCode = await main(process.argv.slice(2));
