// The process above several match processes: starts them, passes signals on, and ends when they have ended.
import { fork } from "node:child_process";
import type { GameServerConfig } from "./config.ts";
import { MATCH_PROCESS_FLAGS } from "./node-flags.ts";
import type { Logger } from "./ops/log.ts";
import { rangeOf } from "./process-config.ts";
import { Supervisor } from "./supervisor.ts";

/** Runs `GAME_PROCESSES` copies of `program`, each told its index, until a signal ends them. Exits the process. */
export async function superviseProcesses(config: GameServerConfig, log: Logger, program: string): Promise<void> {
  const { GAME_PROCESSES: count, GAME_PORT, GAME_OPS_PORT } = config;
  const supervisor = new Supervisor({
    count,
    log,
    start: (index) =>
      fork(program, {
        execArgv: [...process.execArgv, ...MATCH_PROCESS_FLAGS],
        env: { ...process.env, GAME_PROCESS: String(index) },
        // In a group of its own: Ctrl-C is ours to pass on. The channel tells it when this process is gone.
        detached: true,
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      }),
  });
  process.on("SIGTERM", () => supervisor.stop("SIGTERM"));
  process.on("SIGINT", () => supervisor.stop("SIGINT"));
  process.on("disconnect", () => supervisor.stop("disconnect"));
  log.info(
    {
      event: "supervisor.starting",
      count,
      gamePorts: rangeOf(GAME_PORT, count),
      opsPorts: rangeOf(GAME_OPS_PORT, count),
    },
    "starting match processes",
  );
  process.exit(await supervisor.run());
}
