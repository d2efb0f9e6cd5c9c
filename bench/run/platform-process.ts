// This project's platform as it is, in a process of its own with data of its own, for the scenarios that come through it.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processCpuMicroseconds } from "../servers/process-usage.ts";

const START_MS = 60_000;
const AGAIN_MS = 100;
const GRACE_MS = 10_000;
/** A bed's players join as often as they can: the limits are for people. */
const NO_LIMIT = "1000000";

/** A running platform. */
export class PlatformProcess {
  readonly url: string;
  readonly serverKey: string;
  readonly #opsUrl: string;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(parts: { url: string; opsUrl: string; serverKey: string; folder: string; child: ChildProcess }) {
    this.url = parts.url;
    this.serverKey = parts.serverKey;
    this.#opsUrl = parts.opsUrl;
    this.#folder = parts.folder;
    this.#child = parts.child;
  }

  /** Starts one behind `prefix`, with embedded adapters, and waits until it answers. */
  static async start(prefix: readonly string[]): Promise<PlatformProcess> {
    const [port, opsPort] = await freePorts(2);
    const folder = await mkdtemp(join(tmpdir(), "bench-platform-"));
    const serverKey = randomBytes(32).toString("hex");
    const [command = "", ...rest] = [...prefix, process.execPath, "platform/main.ts"];
    const child = spawn(command, rest, {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: {
        ...process.env,
        PLATFORM_PORT: String(port),
        PLATFORM_HOST: "127.0.0.1",
        PLATFORM_OPS_PORT: String(opsPort),
        DATA_DIR: folder,
        SERVER_KEY: serverKey,
        LOG_LEVEL: "warn",
        GUEST_SIGN_INS_PER_MINUTE: NO_LIMIT,
        MATCHMAKING_JOINS_PER_MINUTE: NO_LIMIT,
        RATE_LIMITS: ["address", "auth", "player", "game_server"].map((name) => `${name}=${NO_LIMIT}`).join(),
      },
    });
    const [url, opsUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${opsPort}`];
    const platform = new PlatformProcess({ url, opsUrl, serverKey, folder, child });
    await platform.#until("/.well-known/jwks.json", url);
    return platform;
  }

  /** Resolves when a game server has reported. */
  untilReady(): Promise<void> {
    return this.#until("/readyz", this.#opsUrl);
  }

  /** Access tokens of so many players. */
  async signIn(count: number): Promise<string[]> {
    const tokens: string[] = [];
    for (let index = 0; index < count; index++) {
      const answer = await fetch(`${this.url}/v1/auth/guest`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ deviceId: randomUUID() }),
      });
      if (!answer.ok) throw new Error(`no guest: ${answer.status} ${await answer.text()}`);
      tokens.push(((await answer.json()) as { accessToken: string }).accessToken);
    }
    return tokens;
  }

  /** Processor time since its start. */
  get cpuMicroseconds(): number {
    return processCpuMicroseconds(this.#child.pid!);
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.disconnect();
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS);
      await ended;
      clearTimeout(timer);
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #until(path: string, base: string): Promise<void> {
    const deadlineMs = performance.now() + START_MS;
    for (;;) {
      const answer = await fetch(base + path).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.ok) return;
      if (performance.now() > deadlineMs) {
        await this.stop();
        throw new Error(`The platform's ${path} answers ${answer?.status ?? "nothing"} after ${START_MS} ms.`);
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
