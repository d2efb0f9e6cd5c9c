// The measured game as a room of stock Colyseus 0.18 that has no state: it broadcasts where everybody is, as a message, each tick.
import { type Client, Room } from "@colyseus/core";
import { type MoverMotion, placeMover, spawnRandom, stepMover } from "./mover.ts";
import type { Scene } from "./scene.ts";
import { StockInput } from "./stock-room.ts";

/** The room class of a scene in which everybody sees everybody. Throws for one with sight: messages do not know it. */
export function messageRoom(scene: Scene, onTick: (durationMs: number) => void): typeof Room {
  if (scene.sightRadius > 0) throw new Error("Messages are broadcast: this peer has no scenes with sight.");
  return class MessageRoom extends Room<{ input: InstanceType<typeof StockInput> }> {
    override maxClients = scene.roomSize;
    // Rooms are made ahead, and wait for their players however long these take.
    override autoDispose = false;
    override inputs = this.defineInput(StockInput);
    private readonly players = new Map<string, { id: string } & MoverMotion>();
    private readonly random = spawnRandom();

    override onCreate(): void {
      this.setFixedTimestep(({ dt }) => this.step(dt), scene.tickHz);
    }

    override onJoin({ sessionId }: Client): void {
      const player = { id: sessionId, x: 0, y: 0, yaw: 0 };
      placeMover(player, scene, this.random);
      this.players.set(sessionId, player);
    }

    override onLeave({ sessionId }: Client): void {
      this.players.delete(sessionId);
    }

    private step(dt: number): void {
      const startedAt = performance.now();
      for (const [sessionId, player] of this.players) {
        for (const input of this.inputs.get(sessionId)) stepMover(player, input, dt);
      }
      this.broadcast("movers", [...this.players.values()]);
      onTick(performance.now() - startedAt);
    }
  } as unknown as typeof Room;
}
