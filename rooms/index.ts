// Every game that this server can run. Adding one is a line here.
import { ArenaRoom } from "./arena/arena-room.ts";
import { CardsRoom } from "./cards/cards-room.ts";
import type { AnyGameRoom } from "./kit/index.ts";
import { SwarmRoom } from "./swarm/swarm-room.ts";

/** Room classes by mode: the name that matchmaking asks for. */
export const ROOMS: Readonly<Record<string, new () => AnyGameRoom>> = {
  arena: ArenaRoom,
  cards: CardsRoom,
  swarm: SwarmRoom,
};
