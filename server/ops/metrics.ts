// Every metric of the game server. docs/metrics.md has a row for each; labels are bounded.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { FRAME_CHANNELS, FRAME_DIRECTIONS, FrameTally } from "./frame-tally.ts";

/** Why a frame from a client was refused before Colyseus saw it. */
export type RefusedFrameReason = "malformed" | "unknown_code" | "too_large" | "flood";

/** The metrics of one process and their registry. */
export type GameMetrics = ReturnType<typeof createMetrics>;

/** Creates the metrics in a registry of their own. What `read` reads is read when scraped. */
export function createMetrics(read: {
  rooms: () => Record<string, number>;
  clients: () => number;
  load: () => number;
}) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 10 });

  new Gauge({
    name: "game_rooms",
    help: "Rooms that are open, by mode.",
    labelNames: ["mode"],
    registers,
    collect() {
      this.reset();
      for (const [mode, count] of Object.entries(read.rooms())) this.set({ mode }, count);
    },
  });
  new Gauge({
    name: "game_clients",
    help: "Clients with an open connection.",
    registers,
    collect() {
      this.set(read.clients());
    },
  });
  new Gauge({
    name: "game_load_ratio",
    help: "The share of one core in use over the last seconds, as the platform is told.",
    registers,
    collect() {
      this.set(read.load());
    },
  });

  const frames = new FrameTally();
  new Counter({
    name: "game_messages_total",
    help: "Frames received from (in) and sent to (out) clients.",
    labelNames: ["direction", "channel"],
    registers,
    collect() {
      collectFrames(this, frames, "frames");
    },
  });
  new Counter({
    name: "game_bytes_total",
    help: "Bytes of those frames, without transport headers.",
    labelNames: ["direction", "channel"],
    registers,
    collect() {
      collectFrames(this, frames, "bytes");
    },
  });

  return {
    registry,
    frames,
    tickDuration: new Histogram({
      name: "game_tick_duration_seconds",
      help: "Time one tick of a room took, patch included, by mode.",
      labelNames: ["mode"],
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.033, 0.05, 0.1, 0.25],
      registers,
    }),
    lateTicks: new Counter({
      name: "game_late_ticks_total",
      help: "Ticks that began more than half a tick late, by mode.",
      labelNames: ["mode"],
      registers,
    }),
    inputs: new Counter({
      name: "game_inputs_total",
      help: "Inputs of clients that speak snapshots: applied, or lost because no frame brought them in time.",
      labelNames: ["mode", "outcome"],
      registers,
    }),
    refusedFrames: new Counter({
      name: "game_refused_frames_total",
      help: "Frames refused before Colyseus decoded them, by reason.",
      labelNames: ["reason"],
      registers,
    }),
    refusedSeats: new Counter({
      name: "game_refused_seats_total",
      help: "Refused claims of a seat, by error code.",
      labelNames: ["code"],
      registers,
    }),
    evictions: new Counter({
      name: "game_evictions_total",
      help: "Connections and waiting seats given up because their session ended, by why it did.",
      labelNames: ["reason"],
      registers,
    }),
    roomFailures: new Counter({
      name: "game_room_failures_total",
      help: "Rooms that were closed because their code threw, by mode.",
      labelNames: ["mode"],
      registers,
    }),
    heartbeatFailures: new Counter({
      name: "game_heartbeat_failures_total",
      help: "Heartbeats that the platform did not take.",
      registers,
    }),
  };
}

/** A tally never goes back, so a counter that is set to it does not either. Ways that nothing took have no line. */
function collectFrames(counter: Counter<"direction" | "channel">, tally: FrameTally, unit: "frames" | "bytes"): void {
  counter.reset();
  for (const direction of FRAME_DIRECTIONS) {
    for (const channel of FRAME_CHANNELS) {
      const passed = tally.of(direction, channel);
      if (passed.frames > 0) counter.inc({ direction, channel }, passed[unit]);
    }
  }
}
