// What a game server and the platform say to each other: heartbeats, seats and join tickets.
import { z } from "zod";
import { EnvironmentId } from "./environments.ts";
import { ModeName } from "./matchmaking.ts";

/** How often a game server says that it lives, and after how long a silent one is forgotten; milliseconds. */
export const HEARTBEAT = { intervalMs: 1_000, expiryMs: 5_000 } as const;

/** A game server's name in the registry: its own choice, the same from start to end. */
export const ServerId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "use 1 to 64 of A-Z, a-z, 0-9, dot, _ and -, beginning with a letter or digit",
  );

/** `PUT /v1/servers/{serverId}`, with the server credential. Numbers are hints: the game server is the authority. */
export const GameServerHeartbeat = z
  .strictObject({
    endpoint: z.string().min(1).max(256).meta({ description: "Where players connect, e.g. ws://localhost:2567." }),
    controlUrl: z
      .url()
      .max(256)
      .meta({ description: "Where the platform asks for seats, e.g. http://127.0.0.1:2568." }),
    controlKey: z
      .string()
      .regex(/^[\x21-\x7e]{32,128}$/, "use 32 to 128 characters of printable ASCII without spaces")
      .meta({
        description: "A secret that the game server made up: by it, it knows the platform that asks for seats.",
      }),
    modes: z.array(ModeName).max(64),
    rooms: z.int().min(0),
    players: z.int().min(0),
    load: z
      .number()
      .min(0)
      .default(0)
      .meta({ description: "The share of one core that it used over the last seconds; near 1 it can take no more." }),
    freeSeats: z
      .record(ModeName, z.int().min(0))
      .default({})
      .meta({ description: "Seats that are free in running rooms, by mode." }),
    isDraining: z.boolean(),
  })
  .meta({ id: "GameServerHeartbeat" });
export type GameServerHeartbeat = z.infer<typeof GameServerHeartbeat>;

/**
 * `POST {controlUrl}/v1/seats`: asks a game server to hold one seat for a player, in a running room or, unless
 * `mayOpenRoom` is false, in a new one.
 */
export const SeatRequest = z
  .strictObject({ mode: ModeName, playerId: z.uuid(), mayOpenRoom: z.boolean().optional() })
  .meta({ id: "SeatRequest" });
export type SeatRequest = z.infer<typeof SeatRequest>;

/** The held seat. It returns itself when no ticket claims it within `SEAT_HOLD_MS`. */
export const SeatResponse = z
  .object({ roomId: z.string(), isNewRoom: z.boolean().default(false) })
  .meta({ id: "SeatResponse" });
export type SeatResponse = z.infer<typeof SeatResponse>;

/** How long a seat is held for its ticket, and how long that ticket is good for; milliseconds. */
export const SEAT_HOLD_MS = 20_000;

/** JWT audiences and issuer: an access token never passes for a join ticket, nor the other way round. */
export const TOKEN_ISSUER = "gamekeeper";
export const ACCESS_TOKEN_AUDIENCE = "gamekeeper:platform";
export const JOIN_TICKET_AUDIENCE = "gamekeeper:join";

/** Claims of a join ticket beside the registered ones (`iss`, `aud`, `iat`, `exp`): bound to player and room, used once by `jti`. */
export const JoinTicketClaims = z.object({
  sub: z.uuid(),
  jti: z.uuid(),
  exp: z.int(),
  env: EnvironmentId,
  name: z.string().min(1).max(32),
  mode: ModeName,
  roomId: z.string().min(1).max(64),
});
export type JoinTicketClaims = z.infer<typeof JoinTicketClaims>;
