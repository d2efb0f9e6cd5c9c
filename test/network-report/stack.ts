// The real platform and game server behind a network in a box: TCP and UDP each through a proxy of one profile.
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProfileName, startTcpProxy, startUdpProxy, type TcpProxy, type UdpProxy } from "../network/index.ts";
import { Child } from "../support/child.ts";
import { freePorts } from "../support/ports.ts";
import { until } from "../support/until.ts";

const REPOSITORY = join(import.meta.dirname, "..", "..");

/** Both processes are up in five seconds; on a machine that measures other things too it has taken more than 20. */
const START_PATIENCE_MS = 60_000;

/** What one run is played over. */
export interface NetworkStackOptions {
  readonly profile: ProfileName;
  readonly datagrams: "auto" | "always" | "never";
  readonly seed: number;
}

/** Two processes, two proxies. Players who ask the platform are sent through the proxies. */
export class NetworkStack {
  readonly platformUrl: string;
  readonly opsUrl: string;
  /** The game server past the proxies. */
  readonly directEndpoint: string;
  readonly tcp: TcpProxy;
  readonly udp: UdpProxy;
  readonly #children: Child[];
  readonly #dataDir: string;

  private constructor(parts: { ports: Ports; tcp: TcpProxy; udp: UdpProxy; children: Child[]; dataDir: string }) {
    this.platformUrl = `http://127.0.0.1:${parts.ports.platform}`;
    this.opsUrl = `http://127.0.0.1:${parts.ports.gameOps}`;
    this.directEndpoint = `ws://127.0.0.1:${parts.ports.game}`;
    this.tcp = parts.tcp;
    this.udp = parts.udp;
    this.#children = parts.children;
    this.#dataDir = parts.dataDir;
  }

  /** Starts everything; resolves when a player could join. */
  static async start({ profile, datagrams, seed }: NetworkStackOptions): Promise<NetworkStack> {
    const [platform, platformOps, game, gameOps, udpPort] = await freePorts(5);
    const ports = { platform: platform!, platformOps: platformOps!, game: game!, gameOps: gameOps!, udp: udpPort! };
    const tcp = await startTcpProxy({ target: { port: ports.game }, profile, seed });
    const udp = await startUdpProxy({ target: { port: ports.udp }, profile, seed });
    const dataDir = await mkdtemp(join(tmpdir(), "gamekeeper-network-"));
    const shared = { SERVER_KEY: randomBytes(32).toString("hex"), LOG_LEVEL: "warn" };
    const children = [
      start("the platform", "platform/main.ts", {
        ...shared,
        PLATFORM_PORT: String(ports.platform),
        PLATFORM_OPS_PORT: String(ports.platformOps),
        PLATFORM_HOST: "127.0.0.1",
        DATA_DIR: dataDir,
        DATABASE_URL: undefined,
        REDIS_URL: undefined,
      }),
      start("the game server", "server/main.ts", {
        ...shared,
        GAME_PORT: String(ports.game),
        GAME_OPS_PORT: String(ports.gameOps),
        GAME_HOST: "127.0.0.1",
        GAME_PUBLIC_ENDPOINT: `ws://127.0.0.1:${tcp.address.port}`,
        PLATFORM_URL: `http://127.0.0.1:${ports.platform}`,
        UDP_PORT: String(ports.udp),
        UDP_HOST: "127.0.0.1",
        UDP_PUBLIC_ADDRESS: `127.0.0.1:${udp.address.port}`,
        DATAGRAMS: datagrams,
        ARENA_FIGHTERS: "0",
        SERVER_ID: randomUUID(),
        DRAIN_SECONDS: "0",
      }),
    ];
    const stack = new NetworkStack({ ports, tcp, udp, children, dataDir });
    try {
      const isReady = async (): Promise<boolean | undefined> => {
        for (const child of children)
          if (!child.isRunning) throw new Error(`${child.name} ended:\n${child.lines.join("\n")}`);
        return (await fetch(`http://127.0.0.1:${ports.platformOps}/readyz`).catch(() => undefined))?.ok;
      };
      await until("the platform's /readyz to be 200", isReady, START_PATIENCE_MS);
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** A counter of the game server's by its name and labels; 0 when it has not counted yet. */
  async counter(series: string): Promise<number> {
    const text = await (await fetch(`${this.opsUrl}/metrics`)).text();
    const line = text.split("\n").find((each) => each.startsWith(`${series} `));
    return Number(line?.slice(series.length + 1) ?? 0);
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.end("SIGKILL")));
    await Promise.all([this.tcp.close(), this.udp.close()]);
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

interface Ports {
  readonly platform: number;
  readonly platformOps: number;
  readonly game: number;
  readonly gameOps: number;
  readonly udp: number;
}

function start(name: string, file: string, env: Record<string, string | undefined>): Child {
  return new Child({ name, command: process.execPath, args: [join(REPOSITORY, file)], cwd: REPOSITORY, env });
}
