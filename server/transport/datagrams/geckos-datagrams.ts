// Datagrams over WebRTC data channels, by geckos.io, on one UDP port of this process.
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { IceUdpMuxListener, preload, type RtcConfig, setSctpSettings } from "node-datachannel";
import type { DatagramServer } from "./datagram-channel.ts";
import { MAX_RECEIVED_BYTES } from "./datagram-channel.ts";
import { GeckosPeer } from "./geckos-peer.ts";
import type { PublicAddress } from "./session-description.ts";
import { SignalledDatagrams } from "./signalled-datagrams.ts";

/**
 * How SCTP runs, for every peer of this process.
 *
 * An acknowledgement goes out with every second packet or after this long: at the 20 to 60 packets a second of a game the
 * first rule decides, or a frame of ours goes out first and takes the acknowledgement along: with 100 ms hardly any packet carries
 * nothing else, with 20 ms one in five does, with 180 ms it is as with 100, and 100 stays clear of the 200 ms after which a sender
 * takes its packet for lost. The send buffer is what SCTP holds when its congestion window is full, before `bufferedBytes`
 * shows anything: with the library's own, 256 KiB, frames were up to 7 s old at 20 % loss. The other congestion controls (HSTCP,
 * HTCP, RTCC), a larger initial window or buffer and faster acknowledgements were tried there, and none was better by more than
 * runs differ. Timers and bursts the library does not let us set.
 */
const SCTP = { delayedSackTime: 100, recvBufferSize: 16_384, sendBufferSize: 4_096, initialCongestionWindow: 10 };

/** Ports below belong to the system. */
const MIN_PORT = 1_025;

/** How to open the port. */
export interface GeckosDatagramsOptions {
  /** UDP port, 1,025 to 65,535; 0 takes any free one. */
  readonly port: number;
  /** Address of this machine to bind, e.g. `0.0.0.0` for all, or `127.0.0.1`. */
  readonly host: string;
  /** Where clients reach that port from outside, when it is not where it is bound, e.g. behind a fleet's host port. */
  readonly publicAddress?: PublicAddress;
  /** Steady milliseconds; `performance.now` when left out. */
  readonly now?: () => number;
}

/** The datagram port of one process: a process can have one at a time. Close it before the process ends. */
export class GeckosDatagrams extends SignalledDatagrams<GeckosPeer> implements DatagramServer {
  /** The bound port. */
  readonly port: number;

  /** Takes over a held port; use `openGeckosDatagrams`. */
  constructor(options: GeckosDatagramsOptions, listener: IceUdpMuxListener) {
    super({
      createPeer: (hooks) => GeckosPeer.create(createId(), peerConfig(options), hooks),
      createId,
      now: options.now ?? (() => performance.now()),
      ...(options.publicAddress && { publicAddress: options.publicAddress }),
      // geckos.io would call node-datachannel's `cleanup()` here, which crashes a process that had 80 peers or more. Each
      // peer has been closed by now, and this is all that is left.
      letGo: () => listener.stop(),
    });
    this.port = options.port;
  }
}

/** Opens the UDP port. Rejects, naming the port and what to set, when it cannot be had. */
export async function openGeckosDatagrams(options: GeckosDatagramsOptions): Promise<GeckosDatagrams> {
  const { host } = options;
  const port = await freePort(options.port, host);
  preload();
  setSctpSettings(SCTP);
  // Keeps the port ours while there is no peer.
  const listener = new IceUdpMuxListener(port, host);
  return new GeckosDatagrams({ ...options, port }, listener);
}

/**
 * Every peer on the one port, found by its addresses on this machine. The library makes both SCTP buffers at least as
 * large as its longest message, so that has to be short for them to be small.
 */
function peerConfig({ port, host }: GeckosDatagramsOptions): RtcConfig {
  return {
    iceServers: [],
    enableIceUdpMux: true,
    portRangeBegin: port,
    portRangeEnd: port,
    bindAddress: host,
    // Twice what we take, so that a frame which is too long is seen and counted; longer ones the library drops.
    maxMessageSize: 2 * MAX_RECEIVED_BYTES,
  };
}

/** Binds the port once with Node, which says what is wrong; the native library only says that something is. */
async function freePort(port: number, host: string): Promise<number> {
  if (port !== 0 && port < MIN_PORT) throw new Error(`UDP_PORT is ${port}: use ${MIN_PORT} to 65535.`);
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  try {
    socket.bind({ port, address: host, exclusive: true });
    await once(socket, "listening");
    return socket.address().port;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const advice =
      code === "EADDRINUSE"
        ? "is taken by another process: stop it or set UDP_PORT to a free port"
        : `cannot be bound on ${host} (${code}): set UDP_HOST to an address of this machine`;
    throw new Error(`UDP port ${port} ${advice}.`, { cause });
  } finally {
    socket.close();
  }
}

/** 24 letters and digits, as geckos.io's ids are; unlike those, not to be guessed. */
function createId(): string {
  return randomBytes(12).toString("hex");
}
