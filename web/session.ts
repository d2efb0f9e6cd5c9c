// Getting a seat in a game, however often it takes, and telling the person what happens meanwhile.

import type { Schema } from "@colyseus/schema";
import { ClientError, connect, type GameSession, type Leave } from "../client/index.ts";
import { type ArenaInput, type ArenaState, arena, type Player } from "../shared/schema/arena/index.ts";
import type { GameDefinition } from "../shared/schema/game.ts";
import type { Screen } from "./hud/screen.ts";
import { endProblem, joinProblem, needsReload, retryDelayMs } from "./problems.ts";

/** How long an ending can be read before the page joins again by itself. */
const REJOIN_MS = 8_000;

/** A seat in an arena, as `connect()` gives it. */
export type ArenaSession = GameSession<ArenaState, Player, ArenaInput>;

/** What the network panel reads and switches, of a session in any game. */
export type NetSession = Pick<ArenaSession, "stats" | "settings" | "link" | "onSnapshot">;

/** A session's life, in any game. */
type LeavingSession = Pick<ArenaSession, "onLeave">;

/** Joins an arena, as `joinGame` does. */
export function join(screen: Screen): Promise<ArenaSession> {
  return joinGame(screen, arena);
}

/** Joins, and tries again until it works: by itself where that can help, else when the person presses the button. */
export async function joinGame<State extends Schema, Self extends Schema, Input extends object>(
  screen: Screen,
  game: GameDefinition<State, Self, Input>,
): Promise<GameSession<State, Self, Input>> {
  for (let failures = 0; ; ) {
    try {
      screen.showProgress("signing-in");
      const session = await connect({
        platformUrl: window.location.origin,
        game,
        onProgress: (stage) => screen.showProgress(stage),
      });
      screen.hide();
      return session;
    } catch (error) {
      failures += 1;
      const isRetryable = error instanceof ClientError && error.retryable;
      await screen.showProblem(joinProblem(error), isRetryable ? retryDelayMs(failures) : undefined);
      if (needsReload(error)) window.location.reload();
    }
  }
}

/** Resolves when the session is over for good: a dropped connection that comes back does not count. */
export function ending(session: LeavingSession): Promise<Leave> {
  return new Promise((resolve) => {
    session.onLeave(resolve);
  });
}

/** Says why the session is over. Resolves when the next one is wanted. */
export function showEnding(screen: Screen, leave: Leave): Promise<void> {
  const problem = endProblem(leave);
  return screen.showProblem(problem, problem.isRetryable ? REJOIN_MS : undefined);
}
