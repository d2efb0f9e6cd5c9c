// The real platform and a real game server, as two processes on free ports, with data of their own.
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cable } from "./cable.ts";
import { Child } from "./child.ts";
import { until } from "./until.ts";

/** The root of the repository. */
export const REPOSITORY = join(import.meta.dirname, "..", "..");

/** What a test may choose. */
export interface GameStackOptions {
  /** Bots fill an arena up to this many fighters; none when left out. */
  readonly fighters?: number;
  /** Puts a cable between players and the game server. */
  readonly hasCable?: boolean;
  /** Settings of the game server beside those of the stack. */
  readonly gameEnvironment?: Readonly<Record<string, string>>;
}

/** Both processes. `start` resolves when a player could join. */
export class GameStack {
  /** Everything of this stack on disk; removed by `stop`. */
  readonly dataDir: string;
  /** Between players and the game server, when the stack has one. */
  readonly cable: Cable | undefined;
  readonly #serverKey = randomBytes(32).toString("hex");
  #ports = { platform: 0, platformOps: 0, game: 0, gameOps: 0 };
  #platform: Child | undefined;
  #gameServer: Child | undefined;

  private constructor(dataDir: string, cable: Cable | undefined) {
    this.dataDir = dataDir;
    this.cable = cable;
  }

  static async start({
    fighters = 0,
    hasCable = false,
    gameEnvironment = {},
  }: GameStackOptions = {}): Promise<GameStack> {
    const dataDir = await mkdtemp(join(tmpdir(), "gamekeeper-e2e-"));
    const stack = new GameStack(dataDir, hasCable ? await Cable.lay() : undefined);
    try {
      await stack.startPlatform();
      await stack.#startGameServer(fighters, gameEnvironment);
      await stack.untilReady();
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  get platformUrl(): string {
    return `http://127.0.0.1:${this.#ports.platform}`;
  }

  get platformOpsUrl(): string {
    return `http://127.0.0.1:${this.#ports.platformOps}`;
  }

  /** The game server itself, past the cable. */
  get gameEndpoint(): string {
    return `ws://127.0.0.1:${this.#ports.game}`;
  }

  get gameOpsUrl(): string {
    return `http://127.0.0.1:${this.#ports.gameOps}`;
  }

  get platform(): Child {
    if (!this.#platform) throw new Error("The platform was not started.");
    return this.#platform;
  }

  get gameServer(): Child {
    if (!this.#gameServer) throw new Error("The game server was not started.");
    return this.#gameServer;
  }

  /** Starts the platform; a second time, on the same ports and the same data. Resolves when it listens. */
  async startPlatform(): Promise<void> {
    this.#platform = this.#start("the platform", "platform/main.ts", {
      PLATFORM_PORT: String(this.#ports.platform),
      PLATFORM_OPS_PORT: String(this.#ports.platformOps),
      PLATFORM_HOST: "127.0.0.1",
      DATA_DIR: this.dataDir,
      DATABASE_URL: undefined,
      REDIS_URL: undefined,
    });
    const { port, opsPort } = await this.#platform.untilEvent("platform.listening");
    this.#ports = { ...this.#ports, platform: Number(port), platformOps: Number(opsPort) };
  }

  /** Resolves when the platform says that a player could join a game. */
  async untilReady(): Promise<void> {
    await until("the platform's /readyz to be 200", async () => {
      if (!this.platform.isRunning) throw new Error(`The platform ended:\n${this.platform.lines.join("\n")}`);
      return (await fetch(`${this.platformOpsUrl}/readyz`)).ok;
    });
  }

  /** Ends both processes, whatever they do, and removes their data. */
  async stop(): Promise<void> {
    await Promise.all([this.#gameServer?.end("SIGKILL"), this.#platform?.end("SIGKILL"), this.cable?.remove()]);
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #startGameServer(fighters: number, environment: Readonly<Record<string, string>>): Promise<void> {
    this.#gameServer = this.#start("the game server", "server/main.ts", {
      GAME_PORT: "0",
      GAME_OPS_PORT: "0",
      GAME_HOST: "127.0.0.1",
      GAME_PUBLIC_ENDPOINT: this.cable && `ws://127.0.0.1:${this.cable.port}`,
      GAME_CONTROL_URL: undefined,
      PLATFORM_URL: this.platformUrl,
      SERVER_ID: randomUUID(),
      ARENA_FIGHTERS: String(fighters),
      DRAIN_SECONDS: "1",
      UDP_PORT: "0",
      UDP_HOST: "127.0.0.1",
      ...environment,
    });
    const { gamePort, opsPort } = await this.#gameServer.untilEvent("game-server.listening");
    this.#ports = { ...this.#ports, game: Number(gamePort), gameOps: Number(opsPort) };
    if (this.cable) this.cable.targetPort = this.#ports.game;
  }

  #start(name: string, file: string, env: Record<string, string | undefined>): Child {
    return new Child({
      name,
      command: process.execPath,
      args: [join(REPOSITORY, file)],
      cwd: REPOSITORY,
      env: { SERVER_KEY: this.#serverKey, LOG_LEVEL: "info", WEB_DIR: join(REPOSITORY, "web", "dist"), ...env },
    });
  }
}
