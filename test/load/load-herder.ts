// One herder of a load test: the stock SDK's connection, our codecs, and a random way over the meadow.
import type { Room } from "@colyseus/sdk";
import { SnapshotPlayer, wireOf } from "../../rooms/kit/testing/index.ts";
import { swarm, TICK_HZ } from "../../shared/schema/swarm/index.ts";

/** The swarm's wire, as a client of this build has it. */
export const WIRE = wireOf(swarm);

/** A seated herder and what it was sent. */
export class LoadHerder {
  readonly snapshots = new SnapshotPlayer(WIRE);
  bytesIn = 0;
  framesIn = 0;
  readonly #room: Room;
  #intent: Record<string, number> = {};

  /** Takes over a room that was joined with the wire's fingerprint as `snapshots`. */
  constructor(room: Room) {
    this.#room = room;
    room.onMessage("*", () => undefined);
    const { events } = room.connection;
    const forColyseus = events.onmessage;
    events.onmessage = (event: MessageEvent) => {
      const frame = new Uint8Array(event.data);
      this.bytesIn += frame.length;
      this.framesIn += 1;
      if (!this.snapshots.take(frame)) forColyseus?.(event);
    };
  }

  /** Sends one tick of input; about once a second it turns. */
  send(random: () => number): void {
    const any = (): number => Math.floor(random() * 3) - 1;
    if (random() < 1 / TICK_HZ) this.#intent = { moveX: any(), moveY: any() };
    const frame = this.snapshots.inputFrame(this.#intent, performance.now());
    if (frame) this.#room.connection.send(frame);
  }
}
