// Getting a seat in the arena, however often it takes, and telling the person what happens meanwhile.
import { ClientError, connect, type GameSession, type Leave } from "../client/index.ts";
import type { ArenaInput, ArenaState, Player } from "../shared/schema/arena/index.ts";
import type { Screen } from "./hud/screen.ts";
import { endProblem, joinProblem, needsReload, retryDelayMs } from "./problems.ts";

/** How long an ending can be read before the page joins again by itself. */
const REJOIN_MS = 8_000;

/** A seat in an arena, as `connect()` gives it. */
export type ArenaSession = GameSession<ArenaState, Player, ArenaInput>;

/** Joins, and tries again until it works: by itself where that can help, else when the person presses the button. */
export async function join(screen: Screen): Promise<ArenaSession> {
  for (let failures = 0; ; ) {
    try {
      screen.showProgress("signing-in");
      const session = await connect({
        platformUrl: window.location.origin,
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
export function ending(session: ArenaSession): Promise<Leave> {
  return new Promise((resolve) => {
    session.onLeave(resolve);
  });
}

/** Says why the session is over. Resolves when the next one is wanted. */
export function showEnding(screen: Screen, leave: Leave): Promise<void> {
  const problem = endProblem(leave);
  return screen.showProblem(problem, problem.isRetryable ? REJOIN_MS : undefined);
}
