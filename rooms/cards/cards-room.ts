// Eights for two to four, at a table without a tick: moves are messages, time is a timer, and a hand is in one view only.
import { randomInt } from "node:crypto";
import { type Delayed, validate } from "@colyseus/core";
import { StateView } from "@colyseus/schema";
import {
  ABSENT_TURN_SECONDS,
  CardsState,
  HOUSE_SECONDS,
  HOUSE_THINKS_SECONDS,
  MAX_PLAYERS,
  MIN_PLAYERS,
  Nothing,
  PAUSE_SECONDS,
  Play,
  RECONNECTION_SECONDS,
  type Refusal,
  START_SECONDS,
  TURN_SECONDS,
} from "../../shared/schema/cards/index.ts";
import { type GameClient, GameRoom, ROOM_CLOSE, seededRandom } from "../kit/index.ts";
import { Table } from "./table.ts";

const HOUSE = "house";
const HOUSE_NAME = "The house";
/** Chance that nobody can work out from the cards it holds: a number of the system's, as fine as it gives them. */
const RANDOM_STEPS = 2 ** 47;

/** Options of a new table: `seed` for tests, where chance must repeat; without a `house`, who is alone waits. */
export interface CardsOptions {
  seed?: number;
  house?: boolean;
}

/** The room. */
export class CardsRoom extends GameRoom<{ state: CardsState; client: GameClient }> {
  override maxClients = MAX_PLAYERS;
  override reconnectionSeconds = RECONNECTION_SECONDS;
  override state = new CardsState();
  override messages = {
    play: validate(Play, (client, play) => this.make(client, this.table.play(client.sessionId, play))),
    draw: validate(Nothing, (client) => this.make(client, this.table.draw(client.sessionId))),
    pass: validate(Nothing, (client) => this.make(client, this.table.pass(client.sessionId))),
  };
  private table = new Table(this.state, () => randomInt(RANDOM_STEPS) / RANDOM_STEPS);
  private hasHouse = true;
  private isDraining = false;
  private timer: Delayed | undefined;
  private timedTurn = -1;
  private turnEndsAtMs = 0;

  override onCreate({ seed, house = true }: CardsOptions = {}): void {
    this.hasHouse = house;
    if (seed !== undefined) this.table = new Table(this.state, seededRandom(seed));
  }

  override onJoin(client: GameClient): void {
    const player = this.table.seat(client.sessionId, client.auth?.name ?? "?");
    client.view = new StateView();
    client.view.add(player);
    // The house plays only with somebody who would be alone without it, so that nobody waits for its round to end.
    if (this.peoplePresent >= MIN_PLAYERS) this.table.leave(HOUSE);
    if (this.state.phase !== "playing") this.waitForNext();
  }

  override onDrop(client: GameClient, code?: number): void {
    this.setConnected(client, false);
    super.onDrop(client, code);
  }

  override onReconnect(client: GameClient): void {
    this.setConnected(client, true);
  }

  override onLeave(client: GameClient): void {
    client.view?.dispose();
    const isNews = this.table.leave(client.sessionId);
    if (isNews || this.state.phase !== "playing") this.waitForNext();
  }

  override onDrain(): void {
    this.isDraining = true;
    if (this.state.phase !== "playing") this.waitForNext();
  }

  private get peoplePresent(): number {
    let count = 0;
    for (const { isHouse, isConnected } of this.state.players.values()) if (!isHouse && isConnected) count += 1;
    return count;
  }

  private get canDeal(): boolean {
    const people = this.peoplePresent;
    return people > 0 && people + (this.state.players.has(HOUSE) ? 1 : 0) >= MIN_PLAYERS;
  }

  /** A move was made, or refused with a word to whoever tried. */
  private make(client: Pick<GameClient, "send">, refusal: Refusal | undefined): void {
    if (refusal) client.send("refused", { reason: refusal });
    else this.waitForNext();
  }

  private setConnected({ sessionId }: GameClient, isConnected: boolean): void {
    const player = this.state.players.get(sessionId);
    if (player) player.isConnected = isConnected;
    if (this.state.phase !== "playing" || this.state.turnOf === sessionId) this.waitForNext();
  }

  /** Sets the one timer by what the table waits for now. */
  private waitForNext(): void {
    this.timer?.clear();
    const { state } = this;
    if (state.phase === "playing") {
      this.waitForTurn();
    } else if (this.isDraining) {
      void this.disconnect(ROOM_CLOSE.serverDraining);
    } else if (this.canDeal) {
      const isFull = this.peoplePresent === MAX_PLAYERS;
      const seconds = state.phase === "over" ? PAUSE_SECONDS : isFull ? 0 : START_SECONDS;
      this.wait(seconds * 1000, () => this.deal());
    } else {
      state.phase = "waiting";
      this.table.leave(HOUSE);
      if (this.hasHouse && this.peoplePresent > 0) this.wait(HOUSE_SECONDS * 1000, () => this.callHouse());
    }
  }

  /** Who is to move has the rest of its turn, however often it comes and goes; the absent have less. */
  private waitForTurn(): void {
    const { state, table, clock } = this;
    const { turnOf } = state;
    const player = state.players.get(turnOf);
    if (this.timedTurn !== state.turn) {
      this.timedTurn = state.turn;
      state.turnSeconds = TURN_SECONDS;
      this.turnEndsAtMs = clock.elapsedTime + TURN_SECONDS * 1000;
    }
    if (player?.isHouse) {
      this.wait(HOUSE_THINKS_SECONDS * 1000, () => table.playHouse(turnOf));
      return;
    }
    const leftMs = Math.max(0, this.turnEndsAtMs - clock.elapsedTime);
    const patienceMs = player?.isConnected ? leftMs : Math.min(leftMs, ABSENT_TURN_SECONDS * 1000);
    this.wait(patienceMs, () => table.timeOut(turnOf));
  }

  private wait(ms: number, act: () => void): void {
    this.timer = this.clock.setTimeout(() => {
      act();
      this.waitForNext();
    }, ms);
  }

  private callHouse(): void {
    this.table.seat(HOUSE, HOUSE_NAME, true);
    this.deal();
  }

  private deal(): void {
    if (this.canDeal) this.table.deal();
  }
}
