// The arena without a picture: the scoreboard as text, for browsers without WebGL.
import type { FragMessage } from "./arena/shots.ts";
import { byId } from "./dom.ts";
import { Hud } from "./hud/hud.ts";
import type { Screen } from "./hud/screen.ts";
import type { Options } from "./options.ts";
import { NO_WEBGL_PROBLEM } from "./problems.ts";
import { ending, join, showEnding } from "./session.ts";

/** Ticks go on without frames, so that the connection stays alive and its figures are true. */
const TICK_INTERVAL_MS = 100;

/** Says what is missing; on request joins, and shows who leads. Never returns. */
export async function showScoresAsText(screen: Screen, options: Options): Promise<never> {
  await screen.showProblem(NO_WEBGL_PROBLEM);
  document.body.classList.add("is-text-only");
  const hud = new Hud(options, { onGhosts: () => {}, onPanel: () => {} });
  byId("scores-button", HTMLButtonElement).click();
  for (;;) {
    const session = await join(screen);
    hud.begin(session, performance.now());
    session.room.onMessage("shot", () => {});
    session.room.onMessage("frag", (frag: FragMessage) => hud.frag(frag));
    const timer = setInterval(() => {
      const nowMs = performance.now();
      session.tick(nowMs, () => {});
      hud.frame(nowMs);
    }, TICK_INTERVAL_MS);
    const leave = await ending(session);
    clearInterval(timer);
    hud.end();
    await showEnding(screen, leave);
  }
}
