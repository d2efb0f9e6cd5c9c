// One machine's settings become those of each of its match processes: the same, but for the ports and the name.
import type { GameServerConfig } from "./config.ts";

/** What stands in an address for the process' own port. */
const PORT_MARK = "{port}";
const HIGHEST_PORT = 65_535;
/** The longest name in the registry. */
const MAX_SERVER_ID = 64;

/** The settings of the process with this index, from 0: each port is the first one plus the index; 0 stays 0. */
export function configOfProcess(config: GameServerConfig, index: number): GameServerConfig {
  const { UDP_PORT, SERVER_ID, GAME_PROCESSES } = config;
  return {
    ...config,
    GAME_PORT: shifted(config.GAME_PORT, index),
    GAME_OPS_PORT: shifted(config.GAME_OPS_PORT, index),
    ...(UDP_PORT !== undefined && { UDP_PORT: shifted(UDP_PORT, index) }),
    ...(SERVER_ID !== undefined && GAME_PROCESSES > 1 && { SERVER_ID: `${SERVER_ID}-${index}` }),
  };
}

/** `address` with the process' own port in place of `{port}`. */
export function withPort(address: string, port: number): string {
  return address.replace(PORT_MARK, String(port));
}

/** What is wrong with the ports of all processes together, each line beginning with its variable. */
export function portMistakes(config: GameServerConfig): string[] {
  const { GAME_PROCESSES: count, GAME_PORT, GAME_OPS_PORT, UDP_PORT, UDP_PUBLIC_ADDRESS, SERVER_ID } = config;
  const ports = { GAME_PORT, GAME_OPS_PORT, UDP_PORT };
  const mistakes = Object.entries(ports)
    .filter(([, first]) => first !== undefined && first + count - 1 > HIGHEST_PORT)
    .map(
      ([name, first]) =>
        `${name}: ${count} processes need ports ${rangeOf(first!, count)}; ${HIGHEST_PORT} is the last`,
    );
  if (GAME_PORT > 0 && GAME_OPS_PORT > 0 && Math.abs(GAME_PORT - GAME_OPS_PORT) < count) {
    mistakes.push(
      `GAME_OPS_PORT: the ops ports ${rangeOf(GAME_OPS_PORT, count)} overlap the game ports ${rangeOf(GAME_PORT, count)}; ` +
        `use ${GAME_PORT + count}, or leave it out`,
    );
  }
  if (UDP_PUBLIC_ADDRESS?.includes(PORT_MARK) && !UDP_PORT) {
    mistakes.push(`UDP_PUBLIC_ADDRESS: ${PORT_MARK} is the port of UDP_PORT, which must be set and not 0`);
  }
  if (count === 1) return mistakes;
  for (const name of ["GAME_PUBLIC_ENDPOINT", "GAME_CONTROL_URL", "UDP_PUBLIC_ADDRESS"] as const) {
    if (config[name] === undefined || config[name].includes(PORT_MARK)) continue;
    mistakes.push(`${name}: ${count} processes have ${count} ports; write ${PORT_MARK} where each puts its own`);
  }
  if (SERVER_ID !== undefined && `${SERVER_ID}-${count - 1}`.length > MAX_SERVER_ID) {
    mistakes.push(
      `SERVER_ID: each process adds its number, so use at most ${MAX_SERVER_ID - `-${count - 1}`.length} characters`,
    );
  }
  return mistakes;
}

/** Ports as a person writes them: `2567` or `2567-2570`. */
export function rangeOf(first: number, count: number): string {
  return count === 1 || first === 0 ? String(first) : `${first}-${first + count - 1}`;
}

function shifted(port: number, index: number): number {
  return port === 0 ? 0 : port + index;
}
