// The datagram channels' figures, read when they are scraped.
import { Counter, Gauge, type Registry } from "prom-client";
import type { DatagramServer } from "../transport/datagrams/datagram-channel.ts";

/** Adds the metrics of `datagrams` to the registry. */
export function watchDatagrams(registry: Registry, datagrams: Pick<DatagramServer, "stats">): void {
  const registers = [registry];
  new Gauge({
    name: "game_datagram_channels",
    help: "Datagram channels that are open.",
    registers,
    collect() {
      this.set(datagrams.stats.openChannels);
    },
  });
  new Counter({
    name: "game_datagram_connections_reaped_total",
    help: "Datagram connections that were begun and never opened.",
    registers,
    collect() {
      this.reset();
      this.inc(datagrams.stats.reaped);
    },
  });
  new Counter({
    name: "game_refused_signalling_total",
    help: "Refused requests for a datagram channel, by reason.",
    labelNames: ["reason"],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(datagrams.stats.refusedSignalling)) this.inc({ reason }, count);
    },
  });
  new Counter({
    name: "game_dropped_datagrams_total",
    help: "Frames dropped off datagram channels before they were read, by reason.",
    labelNames: ["reason"],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(datagrams.stats.droppedFrames)) this.inc({ reason }, count);
    },
  });
}
