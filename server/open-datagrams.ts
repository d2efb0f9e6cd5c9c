// Opens the datagram port as the settings say.
import type { Logger } from "pino";
import type { GameServerConfig } from "./config.ts";
import { withPort } from "./process-config.ts";
import type { DatagramServer } from "./transport/datagrams/datagram-channel.ts";
import { openGeckosDatagrams } from "./transport/datagrams/geckos-datagrams.ts";

/** Of the first process on a machine; each further one has the next. */
const DEFAULT_PORT = 7_777;

/**
 * The datagrams of this process. A port that was asked for and cannot be had is an error; when none was asked for and the
 * usual one is taken, any free one does.
 */
export async function openDatagrams(config: GameServerConfig, log: Logger): Promise<DatagramServer> {
  const host = config.UDP_HOST ?? config.GAME_HOST;
  // With `{port}` in it, UDP_PORT is set: the settings were checked for that.
  const publicAddress =
    config.UDP_PUBLIC_ADDRESS && addressOf(withPort(config.UDP_PUBLIC_ADDRESS, config.UDP_PORT ?? 0));
  const open = (port: number) => openGeckosDatagrams({ port, host, ...(publicAddress && { publicAddress }) });
  const datagrams = await open(config.UDP_PORT ?? DEFAULT_PORT + (config.GAME_PROCESS ?? 0)).catch((error: unknown) => {
    if (config.UDP_PORT !== undefined) throw error;
    return open(0);
  });
  log.info({ event: "datagrams.listening", udpPort: datagrams.port, host }, "datagrams");
  return datagrams;
}

/** `address:port`; the settings have checked the form. */
function addressOf(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(text.slice(colon + 1)) };
}
