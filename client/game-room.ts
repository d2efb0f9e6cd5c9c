// The SDK's room as this client uses it, typed by its state.
import type { Room } from "@colyseus/sdk";

/** A joined room of a game. Everything of the SDK's `Room` can be used; `onMessage` hears what the game broadcasts. */
export type GameRoom<State> = Room<{ state: State }, State>;
