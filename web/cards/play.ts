// The card game on the page: a table of buttons, drawn anew when the state changes. No canvas, no frames.
import { cards, REFUSALS, type Refusal } from "../../shared/schema/cards/index.ts";
import { byId } from "../dom.ts";
import type { Screen } from "../hud/screen.ts";
import { ending, joinGame, showEnding } from "../session.ts";
import { type CardsSession, CardTable } from "./card-table.ts";

/** How often the session looks after its connection, and the turn's clock goes on. */
const HEARTBEAT_MS = 250;

declare global {
  interface Window {
    /** What end-to-end tests may see of the running table. */
    __cards?: { session: CardsSession | undefined };
  }
}

/** Plays one session after the other, for as long as the page lives. */
export async function playCards(screen: Screen): Promise<never> {
  const root = byId("table", HTMLElement);
  const reconnecting = byId("reconnecting", HTMLElement);
  const hook: { session: CardsSession | undefined } = { session: undefined };
  window.__cards = hook;
  byId("reconnecting-note", HTMLElement).textContent = "Your seat and your hand are kept for a minute.";
  for (;;) {
    const session = await joinGame(screen, cards);
    const over = ending(session);
    hook.session = session;
    const table = new CardTable(root, session);
    session.room.onMessage("refused", ({ reason }: { reason: Refusal }) => table.say(REFUSALS[reason]));
    session.onSnapshot(() => table.update());
    session.onDrop(() => {
      reconnecting.hidden = false;
    });
    session.onReconnect(() => {
      reconnecting.hidden = true;
      table.update();
    });
    const heartbeat = setInterval(() => {
      session.tick(performance.now(), () => undefined);
      table.countDown();
    }, HEARTBEAT_MS);
    root.hidden = false;
    table.update();
    const leave = await over;
    clearInterval(heartbeat);
    root.hidden = true;
    reconnecting.hidden = true;
    hook.session = undefined;
    await showEnding(screen, leave);
  }
}
