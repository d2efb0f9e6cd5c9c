// One match process: a whole game server with its adapters, its start, and a graceful end.
import { randomUUID } from "node:crypto";
import { ROOMS } from "../rooms/index.ts";
import type { GameServerConfig } from "./config.ts";
import { GameServer } from "./game-server.ts";
import { openDatagrams } from "./open-datagrams.ts";
import { type Logger, routeColyseusLogs } from "./ops/log.ts";
import { HttpPlatformLink } from "./platform-link/http-platform-link.ts";
import { platformKeys, TicketDesk } from "./seats/ticket-desk.ts";

/** Runs a game server in this process until a signal, or the end of whoever started it. Exits the process. */
export async function runMatchProcess(config: GameServerConfig, log: Logger): Promise<void> {
  routeColyseusLogs(log);

  const server = new GameServer({
    config,
    log,
    tickets: new TicketDesk(
      platformKeys(config.PLATFORM_URL, config.ENVIRONMENT, (error) =>
        log.warn({ event: "platform.keys-stale", err: error }, "the platform's keys could not be fetched anew"),
      ),
      config.ENVIRONMENT,
    ),
    link: new HttpPlatformLink({
      platformUrl: config.PLATFORM_URL,
      environment: config.ENVIRONMENT,
      serverId: config.SERVER_ID ?? randomUUID(),
      serverKey: config.SERVER_KEY,
    }),
    openDatagrams,
    rooms: ROOMS,
    roomOptions: { arena: { fighters: config.ARENA_FIGHTERS } },
  });

  const skip = new AbortController();
  let isStopping = false;

  async function stop(signal: string): Promise<void> {
    if (isStopping) return skip.abort();
    isStopping = true;
    log.info(
      { event: "game-server.draining", signal, deadlineSeconds: config.DRAIN_SECONDS },
      "draining; signal again to skip the wait",
    );
    const outcome = await server.stop(config.DRAIN_SECONDS * 1000, skip.signal);
    log.info({ event: "game-server.stopped", outcome }, "stopped");
    process.exit(0);
  }

  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // Under a supervisor with a channel: when it is gone, so are we.
  process.on("disconnect", () => stop("disconnect"));
  process.on("unhandledRejection", (error) => {
    log.error({ event: "process.unhandled-rejection", err: error }, "a promise was rejected and nobody looked");
  });

  try {
    await server.start();
    log.info({ event: "game-server.listening", gamePort: server.gamePort, opsPort: server.opsPort }, "listening");
    process.send?.("listening");
  } catch (error) {
    log.fatal({ event: "game-server.failed", err: error }, "could not start");
    process.exit(1);
  }
}
