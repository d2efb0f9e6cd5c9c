// What the link of a player costs beside the play: messages a core, joining, and what passes on the wire.
import type { LoopbackCounts } from "./loopback.ts";

/** Figures of a point that asks for them. */
export interface LinkFigures {
  /** Frames of both directions that one core's worth of the server's processor time would carry in a second. */
  readonly messagesPerCore: number;
  /** The server's processor time for one join, from seat to first snapshot, without the play of those who had joined. */
  readonly joinCpuMs?: number;
  /** All that passed on the loopback device for one client, both ways, headers included. */
  readonly wireBytesPerSecond?: number;
  readonly wirePacketsPerSecond?: number;
}

/** What was measured. */
export interface LinkMeasurements {
  readonly clients: number;
  /** Of the server, a player and second of play. */
  readonly cpuMicroseconds: number;
  /** Of one client, a second, both ways. */
  readonly messagesPerSecond: number;
  /** Of the server while everybody joined, and how long those who had joined played meanwhile, over all of them. */
  readonly join?: { readonly cpuMicroseconds: number; readonly clientSeconds: number };
  readonly wire?: { readonly before: LoopbackCounts; readonly after: LoopbackCounts; readonly seconds: number };
}

/** Works them out. */
export function linkFiguresOf({
  clients,
  cpuMicroseconds,
  messagesPerSecond,
  join,
  wire,
}: LinkMeasurements): LinkFigures {
  const each = wire && wire.seconds * clients;
  return {
    messagesPerCore: (messagesPerSecond * 1e6) / cpuMicroseconds,
    ...(join && {
      joinCpuMs: Math.max(0, join.cpuMicroseconds - join.clientSeconds * cpuMicroseconds) / 1_000 / clients,
    }),
    ...(wire &&
      each && {
        wireBytesPerSecond: (wire.after.bytes - wire.before.bytes) / each,
        wirePacketsPerSecond: (wire.after.packets - wire.before.packets) / each,
      }),
  };
}
