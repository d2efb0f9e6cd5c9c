// A seat in a running game: inputs go out, the picture comes back, and the network's weather can be chosen.
import type { Schema } from "@colyseus/schema";
import { CloseCode, type InputHandle, Predict } from "@colyseus/sdk";
import type { GameDefinition } from "../shared/schema/game.ts";
import type { GameRoom } from "./game-room.ts";
import { HeldInput } from "./held-input.ts";
import { Interpolation } from "./interpolation.ts";
import type { Leave } from "./leave.ts";
import type { LinkConditions } from "./link-schedule.ts";
import { LinkSimulator } from "./link-simulator.ts";
import { type NetStats, NetStatsMeter } from "./net-stats.ts";
import { PatientClock } from "./patient-clock.ts";
import { SeatLife } from "./seat-life.ts";
import { SelfPrediction } from "./self-prediction.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { StepPacer } from "./step-pacer.ts";

/** The switches of the netcode. Each works alone and with the others, and can be changed at any time. */
export interface SessionSettings {
  /** On: the own player moves when a key goes down. Off: when the server says so. */
  prediction: boolean;
  /** On: players move smoothly, a little in the past. Off: they are drawn where the newest snapshot says. */
  interpolation: boolean;
  /** On: the prediction is corrected by the server. Off: it runs free, so that its drift can be seen. */
  reconciliation: boolean;
}

/** What a session is made of; `connect()` collects it. */
export interface SessionSeat<State extends Schema, Player extends Schema, Input extends object> {
  readonly room: GameRoom<State>;
  readonly game: GameDefinition<State, Player, Input>;
  readonly playerId: string;
  /** Decides the link simulator's jitter and losses. */
  readonly linkSeed: number;
}

/**
 * A joined game with prediction ready.
 *
 * Once a frame: call `tick()`, then draw every player with `value()`. Everything else is optional.
 */
export class GameSession<State extends Schema, Player extends Schema, Input extends object> {
  readonly room: GameRoom<State>;
  readonly game: GameDefinition<State, Player, Input>;
  /** Who plays, on the platform. */
  readonly playerId: string;
  readonly settings: SessionSettings = { prediction: true, interpolation: true, reconciliation: true };
  /** Figures of the connection; always current, cheap to read every frame. */
  readonly stats: NetStats;

  readonly #life: SeatLife<State>;
  readonly #input: InputHandle<Input>;
  readonly #held: HeldInput<Input>;
  readonly #pacer: StepPacer;
  readonly #simulator: LinkSimulator;
  readonly #steering: Predict;
  readonly #silence = new SilenceWatch();
  #interpolation: Interpolation<State, Player, Input> | undefined;
  #prediction: SelfPrediction<State, Player, Input> | undefined;
  /** Of predictions before the current one. */
  #earlierCorrections = 0;
  #hasState = false;
  #shownDelayMs = -1;
  #lastMs: number | undefined;

  /** Takes over a room just joined; must be called before its first state arrives. Use `connect()`. */
  constructor({ room, game, playerId, linkSeed }: SessionSeat<State, Player, Input>) {
    this.room = room;
    this.game = game;
    this.playerId = playerId;
    const stepMs = 1000 / game.tickHz;
    const patchMs = room.clock.patchInterval?.() || stepMs;
    room.clock = new PatientClock();
    room.clock.setPatchInterval?.(patchMs);
    const meter = this.#createMeter();
    this.stats = meter;
    const observer = {
      onFrameOut: (bytes: number) => meter.onFrameOut(bytes),
      onFrameIn: (bytes: number) => {
        meter.onFrameIn(bytes);
        this.#silence.onFrame();
      },
      onSegments: (sent: number, lost: number) => meter.onSegments(sent, lost),
    };
    this.#simulator = new LinkSimulator(room.connection, observer, linkSeed);
    this.#input = room.input<Input>({ type: game.Input, mode: "reliable" });
    this.#held = new HeldInput(game.Input);
    this.#pacer = new StepPacer(stepMs);
    this.#steering = Predict.get(room, { mode: "lerp", delay: 0, name: "steering" });
    this.#life = new SeatLife(room, () => this.#prediction?.restart());
    room.onStateChange((state) => {
      meter.onSnapshot();
      this.#hasState = true;
      // Not at server time 0: the SDK then dates the first sample by the page's clock, and plays nothing until it is gone.
      if (room.clock.lastServerTime() > 0) this.#interpolation ??= new Interpolation(game, room);
      this.#interpolation?.onSnapshot(state);
    });
    // The SDK warns on the console of each message that nobody listens for; which ones matter is the game's choice.
    room.onMessage("*", () => undefined);
    this.#life.onLeave(() => this.#dispose());
  }

  /** This connection's id in the room: the key of the own player. Kept across reconnections. */
  get sessionId(): string {
    return this.room.sessionId;
  }

  /** The own player as the server last said, or `undefined` while it has none. */
  get self(): Player | undefined {
    // The SDK has a state object before the first state, without any of the collections in it.
    return this.#hasState ? this.game.playerOf(this.room.state as State, this.room.sessionId) : undefined;
  }

  /** A worse link than there is, for trying the game out: settable as a whole or field by field, at any time. */
  get link(): LinkConditions {
    return this.#simulator.conditions;
  }

  set link(conditions: LinkConditions) {
    this.#simulator.conditions = conditions;
  }

  /**
   * Advances the session to `nowMs` (any steady clock; in a browser the argument of `requestAnimationFrame`).
   *
   * `stage` is called exactly once and writes what is held now into the input; what it does not write stays as it was. Each
   * fixed step that is due sends it and predicts it. A button (a boolean) that was held in any frame since the last step
   * counts as held in the next, so that a short press is not lost. Returns how many steps ran: 0 on most frames of a fast
   * display, at most `MAX_STEPS_PER_FRAME` after a stall, 0 while disconnected.
   */
  tick(nowMs: number, stage: (input: Input) => void): number {
    const elapsedMs = this.#lastMs === undefined ? 0 : Math.max(0, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    this.#listen(elapsedMs);
    this.#held.stage(stage);
    const prediction = this.#predictSelf();
    const isStepping = prediction !== undefined && this.#life.isSeated && this.room.connection.isOpen;
    this.#showDelay();
    this.#interpolation?.tick(nowMs);
    const { reconciliation: isReconciling } = this.settings;
    prediction?.begin(nowMs, { elapsedMs, held: this.#held.now, isReconciling, isStepping });
    let due = this.#pacer.advance(nowMs);
    if (!isStepping) {
      this.#pacer.restart(nowMs);
      due = 0;
    }
    for (let step = 0; step < due; step++) {
      this.#held.take(this.#input.data);
      this.#input.send();
    }
    prediction?.end(this.#pacer.fraction);
    return due;
  }

  /**
   * Where to draw a player's numeric field: the own player predicted, others interpolated, as `settings` say. A field that
   * is neither is as the server said.
   */
  value(player: Player, field: keyof Player & string): number {
    const { prediction, interpolation } = this.settings;
    const predicted = prediction && this.#prediction?.player === player ? this.#prediction.value(field) : undefined;
    if (predicted !== undefined) return predicted;
    if (interpolation && this.#interpolation) return this.#interpolation.value(player, field);
    return player[field] as number;
  }

  /** Calls `listener` when the connection drops; the session then reconnects by itself. Returns a way to stop listening. */
  onDrop(listener: () => void): () => void {
    return this.#life.onDrop(listener);
  }

  /** Calls `listener` when a dropped session is back in its seat, with the state of now. */
  onReconnect(listener: () => void): () => void {
    return this.#life.onReconnect(listener);
  }

  /** Calls `listener` once when the session has ended, for whatever reason. */
  onLeave(listener: (leave: Leave) => void): () => void {
    return this.#life.onLeave(listener);
  }

  /** Gives the seat back. Resolves when the server has said goodbye, or after two seconds without; never rejects. */
  leave(): Promise<void> {
    return this.#life.leave();
  }

  /** The prediction of whoever is the own player now. */
  #predictSelf(): SelfPrediction<State, Player, Input> | undefined {
    const self = this.#life.hasEnded ? undefined : this.self;
    if (self === this.#prediction?.player) return this.#prediction;
    this.#earlierCorrections += this.#prediction?.corrections ?? 0;
    this.#prediction?.dispose();
    this.#prediction = self && new SelfPrediction(this.game, this.#steering, self, this.#input);
    return this.#prediction;
  }

  /** Makes a connection that has died without a word drop, so that it is made anew. */
  #listen(elapsedMs: number): void {
    const isListening = this.#life.isSeated && this.room.connection.isOpen;
    if (!isListening) this.#silence.onFrame();
    const verdict = isListening ? this.#silence.elapse(elapsedMs) : "fine";
    if (verdict === "ask") this.room.ping(() => undefined);
    else if (verdict === "dead") this.room.connection.close(CloseCode.MAY_TRY_RECONNECT);
  }

  /** Tells the SDK how far in the past others are shown: each input carries it, and shots are judged by it. */
  #showDelay(): void {
    const delayMs = this.#interpolationDelayMs();
    if (delayMs === this.#shownDelayMs) return;
    this.#shownDelayMs = delayMs;
    this.#steering.setDefaults({ mode: "lerp", delay: delayMs });
  }

  #interpolationDelayMs(): number {
    return this.settings.interpolation ? (this.#interpolation?.delayMs ?? 0) : 0;
  }

  #createMeter(): NetStatsMeter {
    return new NetStatsMeter({
      clock: () => this.room.clock,
      tick: () => newestTick(this.room, this.game.tickHz),
      corrections: () => this.#earlierCorrections + (this.#prediction?.corrections ?? 0),
      correctionMetres: () => this.#prediction?.correctionMetres ?? 0,
      pendingInputs: () => this.#input.pendingCount,
      interpolationDelayMs: () => this.#interpolationDelayMs(),
      isReconnecting: () => this.#life.isReconnecting,
    });
  }

  #dispose(): void {
    this.#earlierCorrections += this.#prediction?.corrections ?? 0;
    this.#prediction = undefined;
    this.#steering.dispose();
    this.#interpolation?.dispose();
    this.#interpolation = undefined;
  }
}

/** The newest server tick: the state's own `tick` when it has one, else counted from the server's clock. */
function newestTick<State>(room: GameRoom<State>, tickHz: number): number {
  const { tick } = (room.state ?? {}) as { tick?: unknown };
  return typeof tick === "number" ? tick : Math.round((room.clock.lastServerTime() * tickHz) / 1000);
}
