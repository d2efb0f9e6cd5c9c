// Who is measured: how each peer is started and spoken to.

import { spawnSync } from "node:child_process";
import type { Protocol } from "../load/load-client.ts";
import { missingForNakama } from "../servers/nakama/missing.ts";
import { buildNativeServer } from "./native-server.ts";

/** Whose frames a bare peer sends: as long as stock's patches, or as our snapshots. */
export type FrameSize = "stock" | "ours";

/** A server that can be measured. */
export interface Peer {
  readonly what: string;
  readonly protocol: Protocol;
  /** A program of `bench/servers/`, and its arguments after the scene. */
  readonly program: string;
  readonly args: readonly string[];
  /** How it uses datagrams; not at all when left out. */
  readonly datagrams?: "always" | "auto";
  /** For a bare peer: the frames that it sends. */
  readonly frames?: FrameSize;
  /** Why it cannot run here; `undefined` when it can. */
  readonly missing?: () => string | undefined;
  /** Whether `--quick` does without it, because it takes minutes to build. */
  readonly isSlowToBuild?: boolean;
  /** Measured with `--tls` only, right after the same without. */
  readonly isTls?: boolean;
}

const SERVERS = "bench/servers";

function bare(program: string, what: string, frames: FrameSize): Peer {
  const size = frames === "stock" ? "as long as stock's float32 patches" : "as long as our snapshots";
  return { what: `${what}, frames ${size}`, protocol: "echo", program: `${SERVERS}/${program}`, args: [], frames };
}

function missingNative(): string | undefined {
  const built = buildNativeServer();
  return "missing" in built ? built.missing : undefined;
}

function missingOpenssl(): string | undefined {
  const isThere = spawnSync("openssl", ["version"]).status === 0;
  return isThere ? undefined : "openssl is not installed, so there is no certificate.";
}

/** All peers by name. */
export const PEERS = {
  gamekeeper: {
    what: "this server, whole: tickets, checks, metrics, snapshots",
    protocol: "gamekeeper",
    program: `${SERVERS}/gamekeeper.ts`,
    args: [],
  },
  datagrams: {
    what: "this server with `DATAGRAMS=always`: snapshots and inputs by WebRTC data channels",
    protocol: "gamekeeper",
    program: `${SERVERS}/gamekeeper.ts`,
    args: ["played", "plain", "always"],
    datagrams: "always",
  },
  "datagrams-auto": {
    what: "this server with `DATAGRAMS=auto`: every client has a channel; the WebSocket of one in ten stalls at first, so that it plays by datagrams",
    protocol: "gamekeeper",
    program: `${SERVERS}/gamekeeper.ts`,
    args: ["played", "plain", "auto"],
    datagrams: "auto",
  },
  "stock-float32": {
    what: "Colyseus 0.18 with its WebSocket transport, float32 fields",
    protocol: "stock",
    program: `${SERVERS}/stock-colyseus.ts`,
    args: ["float32"],
  },
  "stock-quantised": {
    what: "the same with quantised fields, 16 and 8 bits",
    protocol: "stock",
    program: `${SERVERS}/stock-colyseus.ts`,
    args: ["quantised"],
  },
  "colyseus-messages": {
    what: "Colyseus 0.18 without a state: the room broadcasts where everybody is as a message",
    protocol: "messages",
    program: `${SERVERS}/colyseus-messages.ts`,
    args: [],
  },
  nakama: {
    what: "Nakama 3.40.0: an authoritative match in Go, spoken to in protobuf; its Postgres is not counted",
    protocol: "nakama",
    program: `${SERVERS}/nakama.ts`,
    args: [],
    missing: missingForNakama,
    isSlowToBuild: true,
  },
  ws: bare("ws.ts", "bare `ws`", "stock"),
  net: bare("net.ts", "bare `node:net`, WebSocket frames made by hand", "stock"),
  epoll: { ...bare("epoll.c", "a C epoll loop", "stock"), missing: missingNative },
  "node-datachannel": {
    ...bare("data-channels.ts", "bare node-datachannel, all channels on one UDP port", "ours"),
    protocol: "channel-echo",
  },
  "ws-ours": bare("ws.ts", "bare `ws`", "ours"),
  "net-ours": bare("net.ts", "bare `node:net`, WebSocket frames made by hand", "ours"),
  "gamekeeper-tls": {
    what: "this server behind TLS 1.3, in its own process",
    protocol: "gamekeeper",
    program: `${SERVERS}/gamekeeper.ts`,
    args: ["played", "tls"],
    isTls: true,
    missing: missingOpenssl,
  },
  "ws-tls": {
    ...bare("ws.ts", "bare `ws` behind TLS 1.3", "stock"),
    args: ["tls"],
    isTls: true,
    missing: missingOpenssl,
  },
  "ws-ours-tls": {
    ...bare("ws.ts", "bare `ws` behind TLS 1.3", "ours"),
    args: ["tls"],
    isTls: true,
    missing: missingOpenssl,
  },
  "epoll-ours": { ...bare("epoll.c", "a C epoll loop", "ours"), missing: missingNative },
} as const satisfies Readonly<Record<string, Peer>>;

/** The name of a peer. */
export type PeerName = keyof typeof PEERS;

/** Whether there is a peer of that name. */
export function isPeerName(name: string): name is PeerName {
  return name in PEERS;
}

/** The TLS variant of each that has one, right after it; the others as they are. */
export function withTls(names: readonly PeerName[]): readonly PeerName[] {
  return names.flatMap((name) => (isPeerName(`${name}-tls`) ? [name, `${name}-tls` as PeerName] : [name]));
}

/** Those that a quick run measures too. */
export function quickPeers(names: readonly PeerName[]): readonly PeerName[] {
  return names.filter((name) => !(PEERS[name] as Peer).isSlowToBuild);
}
