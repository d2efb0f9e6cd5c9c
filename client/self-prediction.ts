// The own player: predicted by the SDK's Reconciler, and drawn ahead of its last step so that a key answers in its frame.
import type { Schema } from "@colyseus/schema";
import { type InputHandle, Reconciler } from "@colyseus/sdk";
import type { GameDefinition } from "../shared/schema/game.ts";
import { copyInput, inputFieldsOf } from "./input-fields.ts";
import type { InputLog } from "./netcode/input-log.ts";

/** What is wrong on screen eases away by 63 % in this time. */
export const EASE_MS = 80;
/** A correction of less than this (in the game's unit of length) is rounding and not counted. */
export const MIN_CORRECTION = 0.001;

type Numbers = Record<string, number>;

/** The own player's state as the server has it, after the last input that it has confirmed. */
export type Truth = Readonly<Record<string, number | boolean>>;

/** What Colyseus' `Reconciler` observes of inputs; its own handle is one, and `InputLog` another. */
export type ObservedInput<Input extends object> = Pick<
  InputLog<Input>,
  "epoch" | "sentCount" | "lastProcessed" | "pendingCount" | "replayBufferSize" | "at" | "onSend" | "reckonTimeAt"
>;

/** What a frame tells the prediction. */
export interface PredictionFrame<Input> {
  /** Time since the last frame. */
  readonly elapsedMs: number;
  /** What is held down now. */
  readonly held: Input;
  /** Adopts the server's state and replays what it has not acknowledged. False: the prediction runs free. */
  readonly isReconciling: boolean;
  /** False while no input can be sent: the player then stands. */
  readonly isStepping: boolean;
}

/**
 * Predicts one player and says where to draw it.
 *
 * The SDK steps the state when an input is sent. What is drawn is that state, advanced on a copy by the game's own `step`
 * with what is held now, for the part of a step that has passed since. So a key shows in the first frame after it, and when
 * the step lands with the same input the picture goes on where it was. Whatever would jump (a correction, a key that
 * changes within a step) becomes an offset that eases away, except a jump beyond the game's teleport distance.
 *
 * The order within a frame: `begin`, then the inputs that are due are sent, then `end`.
 */
export class SelfPrediction<State extends Schema, Player extends Schema, Input extends object> {
  /** Corrections of position of more than a millimetre, and the size of the newest. */
  corrections = 0;
  correctionMetres = 0;

  readonly #game: GameDefinition<State, Player, Input>;
  readonly #me: Reconciler<Player>;
  readonly #stepSeconds: number;
  readonly #shownInput: Input;
  readonly #inputFields: readonly (keyof Input & string)[];
  /** Everything that the step reads or writes. */
  readonly #fields: readonly (keyof Player & string)[];
  /** The drawn player: predicted fields at the drawn instant, without the offset. */
  readonly #drawn: Numbers = {};
  readonly #before: Numbers = {};
  readonly #exact: Numbers = {};
  readonly #offset: Numbers = {};
  #fraction = 0;

  /** `truth` must hold the server's state already; it is read again with each confirmation. */
  constructor(game: GameDefinition<State, Player, Input>, truth: Truth, input: ObservedInput<Input>) {
    this.#game = game;
    this.#stepSeconds = 1 / game.tickHz;
    this.#shownInput = new game.Input();
    this.#inputFields = inputFieldsOf(game.Input);
    this.#fields = Object.keys(game.netcode?.self ?? {}) as (keyof Player & string)[];
    this.#me = new Reconciler<Player, Input>(truth, {
      input: input as unknown as InputHandle<Input>,
      fields: this.#fields,
      stepMs: 1000 / game.tickHz,
      stepSeconds: this.#stepSeconds,
      step: (context, state, command) => {
        game.step(state, command, context.dt);
      },
    }) as unknown as Reconciler<Player>;
    for (const field of game.position) this.#offset[field] = 0;
    this.#advance(this.#shownInput, 0, this.#drawn);
  }

  /** Takes in what the server said since the last frame. */
  begin(nowMs: number, { elapsedMs, held, isReconciling, isStepping }: PredictionFrame<Input>): void {
    // The part of the step that has been drawn was drawn with what was held until now.
    this.#moveSmoothly(() => {
      copyInput(held, this.#shownInput, this.#inputFields);
      if (!isStepping) this.#fraction = 0;
    });
    if (isReconciling) this.#reconcile(nowMs);
    const kept = Math.exp(-elapsedMs / EASE_MS);
    for (const field of this.#game.position) this.#offset[field]! *= kept;
  }

  /** Sets the instant to draw: `fraction` of a step, in [0, 1), after the last one. */
  end(fraction: number): void {
    this.#fraction = fraction;
    this.#advance(this.#shownInput, fraction, this.#drawn);
  }

  /** What to draw for `field`, or `undefined` when the field is not predicted. */
  value(field: keyof Player & string): number | undefined {
    const drawn: unknown = this.#drawn[field];
    return typeof drawn === "number" ? drawn + (this.#offset[field] ?? 0) : undefined;
  }

  /** Ends the prediction; the player is then drawn as the server says. */
  dispose(): void {
    this.#me.dispose();
  }

  #reconcile(nowMs: number): void {
    const state = this.#me.state as unknown as Numbers;
    const { position, teleportDistance } = this.#game;
    for (const field of position) this.#exact[field] = state[field]!;
    this.#moveSmoothly(() => this.#me.tick(nowMs));
    const size = distance(this.#exact, state, position);
    if (size <= MIN_CORRECTION || size > teleportDistance) return;
    this.corrections += 1;
    this.correctionMetres = size;
  }

  /** Runs `change` so that the picture does not move by it: the difference becomes offset, unless it is a teleport. */
  #moveSmoothly(change: () => void): void {
    const { position, teleportDistance } = this.#game;
    this.#advance(this.#shownInput, this.#fraction, this.#before);
    change();
    this.#advance(this.#shownInput, this.#fraction, this.#drawn);
    const jump = distance(this.#before, this.#drawn, position);
    for (const field of position) {
      if (jump > teleportDistance) this.#offset[field] = 0;
      else this.#offset[field]! += this.#before[field]! - this.#drawn[field]!;
    }
  }

  /** The predicted state, `fraction` of a step later under `input`, written into `to`. */
  #advance(input: Input, fraction: number, to: Numbers): void {
    const state = this.#me.state as unknown as Numbers;
    for (const field of this.#fields) to[field] = state[field]!;
    // Also for no time at all: what does not take time, such as where the player aims, answers at once too.
    this.#game.step(to as unknown as Player, input, this.#stepSeconds * fraction);
  }
}

function distance(from: Numbers, to: Numbers, fields: readonly string[]): number {
  let squares = 0;
  for (const field of fields) squares += (to[field]! - from[field]!) ** 2;
  return Math.sqrt(squares);
}
