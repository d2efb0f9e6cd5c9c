// How a game server closes a connection for reasons of its own. docs/errors.md says what to do about each.

/** WebSocket close codes beside those of Colyseus (4000 to 4010). A client that is closed with one does not come back by itself. */
export const ROOM_CLOSE = {
  /** The same player joined from somewhere else. */
  seatTakenOver: 4100,
  /** The room's own code threw. */
  roomFailed: 4101,
  /** The game server is going down. */
  serverDraining: 4102,
  /** The player's session has ended: signed out here or elsewhere, or its credentials were changed. */
  sessionEnded: 4103,
  /** The player was banned. */
  banned: 4104,
} as const;
