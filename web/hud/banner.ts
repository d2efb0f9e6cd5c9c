// Big words in the middle: round over, fragged and respawning, reconnecting. Also the round's clock.
import { FRAGS_TO_WIN, RECONNECTION_SECONDS, RESPAWN_TICKS, TICK_HZ } from "../../shared/schema/arena/index.ts";
import type { FragMessage } from "../arena/shots.ts";
import { byId, setText } from "../dom.ts";
import type { ArenaSession } from "../session.ts";

/** Seconds as `m:ss`, rounded up, so that 0:00 means over. */
export function clock(ticks: number): string {
  const seconds = Math.ceil(ticks / TICK_HZ);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Everything that is said in the middle of the screen. */
export class Banner {
  readonly #label = byId("round-label", HTMLElement);
  readonly #clock = byId("round-clock", HTMLElement);
  readonly #goal = byId("round-goal", HTMLElement);
  readonly #banner = byId("banner", HTMLElement);
  readonly #kicker = byId("banner-kicker", HTMLElement);
  readonly #title = byId("banner-title", HTMLElement);
  readonly #note = byId("banner-note", HTMLElement);
  readonly #death = byId("death", HTMLElement);
  readonly #deathTitle = byId("death-title", HTMLElement);
  readonly #deathNote = byId("death-note", HTMLElement);
  readonly #reconnecting = byId("reconnecting", HTMLElement);
  readonly #reconnectingNote = byId("reconnecting-note", HTMLElement);
  readonly #announcer = byId("announcer", HTMLElement);
  #diedAtTick: number | undefined;
  #killer = "";
  #droppedAtMs = 0;

  /** Remembers who fragged the own fighter. */
  frag(frag: FragMessage, session: ArenaSession): void {
    if (frag.target !== session.sessionId) return;
    this.#killer = session.room.state.players.get(frag.by)?.name ?? "";
    setText(this.#announcer, `Fragged by ${this.#killer}.`);
  }

  /** Says that the connection is gone and how long the seat is kept. */
  dropped(nowMs: number): void {
    this.#droppedAtMs = nowMs;
    this.#reconnecting.hidden = false;
    this.#countReconnection(nowMs);
  }

  /** The connection is back, or the session is over. */
  clearReconnecting(): void {
    this.#reconnecting.hidden = true;
  }

  update(session: ArenaSession, nowMs: number): void {
    const { state } = session.room;
    const isOver = state.phase === "over";
    setText(this.#label, isOver ? "Next round in" : `Round ${state.round}`);
    setText(this.#clock, clock(state.ticksLeft));
    setText(this.#goal, `First to ${FRAGS_TO_WIN}`);
    this.#clock.classList.toggle("urgent", !isOver && state.ticksLeft <= 15 * TICK_HZ);
    this.#showRoundOver(session, isOver);
    this.#showDeath(session, isOver);
    if (!this.#reconnecting.hidden) this.#countReconnection(nowMs);
  }

  #showRoundOver(session: ArenaSession, isOver: boolean): void {
    const { state } = session.room;
    if (isOver) {
      const isOwn = state.winner !== "" && state.winner === session.self?.name;
      setText(this.#kicker, `Round ${state.round} is over`);
      setText(this.#title, isOwn ? "You win" : state.winner ? `${state.winner} wins` : "No winner");
      setText(this.#note, `Next round in ${Math.ceil(state.ticksLeft / TICK_HZ)} s`);
      if (this.#banner.hidden) setText(this.#announcer, `${this.#kicker.textContent}. ${this.#title.textContent}.`);
    }
    this.#banner.hidden = !isOver;
  }

  #showDeath(session: ArenaSession, isOver: boolean): void {
    const { self, room } = session;
    const isDead = self !== undefined && !self.isAlive;
    if (!isDead) {
      this.#diedAtTick = undefined;
      this.#killer = "";
    } else {
      this.#diedAtTick ??= room.state.tick;
      const seconds = Math.ceil((this.#diedAtTick + RESPAWN_TICKS - room.state.tick) / TICK_HZ);
      setText(this.#deathTitle, this.#killer ? `Fragged by ${this.#killer}` : "Fragged");
      setText(this.#deathNote, `Back in ${Math.max(1, seconds)}`);
    }
    this.#death.hidden = !isDead || isOver;
    document.body.classList.toggle("is-dead", isDead);
  }

  #countReconnection(nowMs: number): void {
    const left = Math.max(0, Math.ceil(RECONNECTION_SECONDS - (nowMs - this.#droppedAtMs) / 1_000));
    setText(
      this.#reconnectingNote,
      `Your seat and score are kept for ${RECONNECTION_SECONDS}\u00a0seconds, ${left}\u00a0s of them left. Nothing to do here.`,
    );
  }
}
