// A whole platform for a test: real listeners on free ports, a data folder of its own, and its log in memory.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENVIRONMENT_HEADER } from "../../shared/schema/platform/index.ts";
import { parseConfig } from "../config.ts";
import { type Platform, secretsOf, startPlatform } from "../main.ts";
import { createLog } from "../ops/log.ts";
import { LogSink } from "./log-sink.ts";

/** A running platform and how to talk to it. */
export interface TestPlatform {
  readonly url: string;
  readonly opsUrl: string;
  readonly serverKey: string;
  readonly log: LogSink;
  readonly platform: Platform;
  /** Sends JSON and reads JSON; `token` becomes the bearer credential, `environment` the X-Environment header. */
  send(method: string, path: string, options?: Sent): Promise<Answer>;
  /** Signs a guest in. */
  signIn(deviceId: string): Promise<{ playerId: string; accessToken: string; expiresIn: number }>;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
}

/** What goes with a request: the bearer credential, the environment it names, and the JSON body. */
export interface Sent {
  readonly token?: string | undefined;
  readonly environment?: string | undefined;
  readonly body?: unknown;
}

/** An answer with its JSON body, undefined when it has none. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
}

/** The environment of a platform for tests: free ports, loopback only. */
export function testEnvironment(dataDir: string, serverKey: string): NodeJS.ProcessEnv {
  return {
    DATA_DIR: dataDir,
    SERVER_KEY: serverKey,
    PLATFORM_PORT: "0",
    PLATFORM_HOST: "127.0.0.1",
    PLATFORM_OPS_PORT: "0",
    LOG_LEVEL: "debug",
    WEB_DIR: join(dataDir, "web"),
    DRAIN_SECONDS: "5",
  };
}

/** Starts a platform and waits for its database, unless `options.wait` is false. `env` overrides the test environment. */
export async function startTestPlatform(
  env: NodeJS.ProcessEnv = {},
  options: { wait?: boolean } = {},
): Promise<TestPlatform> {
  const folder = await mkdtemp(join(tmpdir(), "gamekeeper-test-"));
  const serverKey = randomBytes(24).toString("hex");
  const log = new LogSink();
  const config = parseConfig({ ...testEnvironment(folder, serverKey), ...env });
  const platform = await startPlatform(config, createLog(config.logLevel, secretsOf(config), log));
  if (options.wait !== false) await log.waitFor("database.ready");
  const url = `http://127.0.0.1:${platform.port}`;
  const send = (method: string, path: string, given: Sent = {}) => sendJson(method, url + path, given);
  return {
    url,
    opsUrl: `http://127.0.0.1:${platform.opsPort}`,
    serverKey: config.serverKey,
    log,
    platform,
    send,
    signIn: async (deviceId) => (await send("POST", "/v1/auth/guest", { body: { deviceId } })).body,
    close: async () => {
      await platform.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sends JSON to any URL and reads the JSON answer. */
export async function sendJson(method: string, url: string, { token, environment, body }: Sent = {}): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(environment === undefined ? {} : { [ENVIRONMENT_HEADER]: environment }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get("Content-Type") ?? "");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text || undefined };
}
