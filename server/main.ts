// The game server: one match process, or with GAME_PROCESSES several and a supervisor, which is then this process.
import { type GameServerConfig, parseConfig } from "./config.ts";
import { createLogger } from "./ops/log.ts";
import { configOfProcess } from "./process-config.ts";

const config = readConfig();
const { GAME_PROCESSES, GAME_PROCESS } = config;

// Each is loaded by itself: a supervisor has no use for the rooms, and stays small without them.
if (GAME_PROCESSES > 1 && GAME_PROCESS === undefined) {
  const { superviseProcesses } = await import("./supervise-processes.ts");
  await superviseProcesses(config, createLogger(config.LOG_LEVEL), import.meta.filename);
} else {
  const { runMatchProcess } = await import("./match-process.ts");
  const log = createLogger(config.LOG_LEVEL, GAME_PROCESS);
  await runMatchProcess(configOfProcess(config, GAME_PROCESS ?? 0), log);
}

/** The settings, or the list of what is wrong with them and exit code 1. */
function readConfig(): GameServerConfig {
  try {
    return parseConfig(process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
