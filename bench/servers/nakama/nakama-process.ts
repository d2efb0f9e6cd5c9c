// A running Nakama with its database: started, asked for matches and sessions, and stopped.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { buildNakama, type NakamaBuild } from "./build.ts";
import { freePorts } from "./free-ports.ts";
import { startThrowawayPostgres, type ThrowawayPostgres } from "./throwaway-postgres.ts";

/** Nakama's keys out of the box; it listens on loopback only. */
const SERVER_KEY = "defaultkey";
/** What every request for a session carries. */
export const NAKAMA_AUTHORIZATION = `Basic ${btoa(`${SERVER_KEY}:`)}`;
const HTTP_KEY = "defaulthttpkey";
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
/** Sessions must outlive joining everybody; out of the box they live for a minute. */
const TOKEN_SECONDS = "7200";

/** A Nakama that answers. */
export class NakamaProcess {
  /** Of its API and sockets, on loopback. */
  readonly port: number;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #postgres: ThrowawayPostgres;
  readonly #dataFolder: string;

  /** Builds if need be, and starts. Rejects with what is missing, or with what Nakama last wrote. */
  static async start(): Promise<NakamaProcess> {
    const build = buildNakama();
    const postgres = await startThrowawayPostgres();
    try {
      return await NakamaProcess.#startOver(build, postgres);
    } catch (error) {
      postgres.stop();
      throw error;
    }
  }

  static async #startOver(
    { program, modulesFolder }: NakamaBuild,
    postgres: ThrowawayPostgres,
  ): Promise<NakamaProcess> {
    const database = ["--database.address", postgres.address];
    await promisify(execFile)(program, ["migrate", "up", ...database]);
    // Of the two ports that it is told, Nakama also takes the one before its own and the third before its console's, for gRPC:
    // four in a row, as its defaults 7348 to 7351 are.
    const firstPort = await freePorts(4);
    const port = firstPort + 2;
    const dataFolder = mkdtempSync(join(tmpdir(), "bench-nakama-"));
    const settings = {
      name: "bench",
      data_dir: dataFolder,
      "runtime.path": modulesFolder,
      "logger.level": "WARN",
      "session.token_expiry_sec": TOKEN_SECONDS,
      "socket.address": "127.0.0.1",
      "socket.port": String(port),
      "console.address": "127.0.0.1",
      "console.port": String(firstPort + 3),
    };
    const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const child = spawn(program, [...database, ...options], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NAKAMA_TELEMETRY: "0" },
    });
    const nakama = new NakamaProcess(child, port, postgres, dataFolder);
    let written = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text: Buffer) => {
        written = (written + text).slice(-2000);
      });
    }
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    while (!(await nakama.#answers())) {
      if (child.exitCode !== null || performance.now() > deadlineMs) {
        nakama.stop();
        throw new Error(`Nakama did not start: ${written}`);
      }
      await delay(POLL_MS);
    }
    return nakama;
  }

  private constructor(child: ChildProcess, port: number, postgres: ThrowawayPostgres, dataFolder: string) {
    this.#child = child;
    this.pid = child.pid!;
    this.port = port;
    this.#postgres = postgres;
    this.#dataFolder = dataFolder;
  }

  /** Makes a match and answers its id. */
  async createMatch(): Promise<string> {
    const path = `/v2/rpc/create_arena?http_key=${HTTP_KEY}`;
    const { payload } = await this.#post<{ payload: string }>(path, {}, '""');
    return payload;
  }

  /** Signs a device in, new or known, and answers the token that opens a socket. `device` has 10 to 128 characters. */
  signIn(device: string): Promise<string> {
    return this.#authenticate("device", { id: device });
  }

  /** Makes an account with an address and a password and answers its token. */
  signUp(email: string, password: string): Promise<string> {
    return this.#authenticate("email", { email, password });
  }

  /** Ends Nakama and its database at once; may be called as this process exits. */
  stop(): void {
    this.#child.kill("SIGKILL");
    this.#postgres.stop();
    rmSync(this.#dataFolder, { recursive: true, force: true });
  }

  async #authenticate(way: "device" | "email", proof: object): Promise<string> {
    const headers = { authorization: NAKAMA_AUTHORIZATION };
    const path = `/v2/account/authenticate/${way}?create=true`;
    return (await this.#post<{ token: string }>(path, headers, JSON.stringify(proof))).token;
  }

  async #answers(): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}/healthcheck`)).ok;
    } catch {
      // It does not listen yet.
      return false;
    }
  }

  async #post<Answer>(path: string, headers: Record<string, string>, body: string): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, { method: "POST", headers, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`Nakama answered ${response.status} to ${path.split("?")[0]}: ${text}`);
    return JSON.parse(text) as Answer;
  }
}
