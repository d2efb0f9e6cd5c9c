// Rooms in which nothing moves: a table of players, without a tick, for this server and for stock Colyseus.
import { type Client, Room } from "@colyseus/core";
import { type SchemaType, schema, t } from "@colyseus/schema";
import { type AnyGameRoom, type GameClient, GameRoom } from "../../rooms/kit/index.ts";
import type { Scene } from "./scene.ts";

const QuietPlayer = schema({ name: t.string().default("") }, "QuietPlayer");
const QuietState = schema({ players: t.map(QuietPlayer) }, "QuietState");
type QuietState = SchemaType<typeof QuietState>;

function seat(state: QuietState, sessionId: string): void {
  const player = new QuietPlayer();
  player.name = sessionId;
  state.players.set(sessionId, player);
}

/** The room class for this server: messages and patches, as the card game has. */
export function quietGameRoom({ roomSize }: Scene): new () => AnyGameRoom {
  return class QuietGameRoom extends GameRoom<{ state: QuietState; client: GameClient }> {
    override maxClients = roomSize;
    override state = new QuietState();

    override onCreate(): void {
      // Rooms are made ahead, and wait for their players however long these take.
      this.autoDispose = false;
    }

    override onJoin({ sessionId }: GameClient): void {
      seat(this.state, sessionId);
    }

    override onLeave({ sessionId }: GameClient): void {
      this.state.players.delete(sessionId);
    }
  };
}

/** The room class for stock Colyseus; it looks for patches at its own default rate. */
export function quietStockRoom({ roomSize }: Scene): typeof Room {
  return class QuietStockRoom extends Room<{ state: QuietState }> {
    override maxClients = roomSize;
    override autoDispose = false;
    override state = new QuietState();

    override onJoin({ sessionId }: Client): void {
      seat(this.state, sessionId);
    }

    override onLeave({ sessionId }: Client): void {
      this.state.players.delete(sessionId);
    }
  } as unknown as typeof Room;
}
