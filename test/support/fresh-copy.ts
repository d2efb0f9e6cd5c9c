// The repository as somebody has it who just cloned it and ran `npm ci`: nothing built, nothing played.
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Child } from "./child.ts";
import { REPOSITORY } from "./game-stack.ts";
import { freePorts } from "./ports.ts";

const LEFT_OUT = new Set(["node_modules", ".git", ".data", ".artifacts", join("web", "dist")]);

/** A running `npm start` and where it listens. */
export interface Started {
  readonly child: Child;
  readonly url: string;
  readonly opsUrl: string;
  /** All its ports. */
  readonly ports: readonly number[];
}

/** A copy of the repository in a folder of its own. */
export class FreshCopy {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<FreshCopy> {
    const folder = await mkdtemp(join(tmpdir(), "gamekeeper-copy-"));
    await cp(REPOSITORY, folder, {
      recursive: true,
      filter: (source) => !LEFT_OUT.has(relative(REPOSITORY, source)),
    });
    await symlink(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
    return new FreshCopy(folder);
  }

  /** `npm start` with the machine's own npm, as typed into a terminal; `isDirect` runs start.ts without npm. */
  async start(dataDir: string, { isDirect = false }: { isDirect?: boolean } = {}): Promise<Started> {
    const ports = await freePorts(4);
    const [platform, platformOps, game, gameOps] = ports.map(String);
    const child = new Child({
      name: isDirect ? "start.ts" : "npm start",
      command: isDirect ? process.execPath : "npm",
      args: isDirect ? ["start.ts"] : ["start"],
      cwd: this.folder,
      hasOwnGroup: true,
      env: {
        ...withoutNpm(),
        DATA_DIR: join(this.folder, dataDir),
        PLATFORM_PORT: platform,
        PLATFORM_OPS_PORT: platformOps,
        GAME_PORT: game,
        GAME_OPS_PORT: gameOps,
      },
    });
    return { child, ports, url: `http://localhost:${platform}`, opsUrl: `http://localhost:${platformOps}` };
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Takes out what an outer `npm run` has put into the environment, its Node among it. */
function withoutNpm(): Record<string, string | undefined> {
  const names = Object.keys(process.env).filter((name) => /^npm_/i.test(name) || name === "INIT_CWD");
  const path = (process.env["PATH"] ?? "").split(":").filter((folder) => !folder.includes("node_modules"));
  return { ...Object.fromEntries(names.map((name) => [name, undefined])), PATH: path.join(":") };
}
