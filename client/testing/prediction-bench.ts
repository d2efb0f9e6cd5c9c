// A prediction without a network, for arithmetic: frames, keys and the server's answers come from the test.
import { GameWire } from "../../shared/netcode/index.ts";
import { ArenaInput, type ArenaState, arena, Player, stepPlayer, TICK_HZ } from "../../shared/schema/arena/index.ts";
import { InputLog } from "../netcode/input-log.ts";
import { SelfPrediction } from "../self-prediction.ts";
import { StepPacer } from "../step-pacer.ts";

const STEP_MS = 1000 / TICK_HZ;

/** What is held: directions of -1, 0 or 1. */
export interface Keys {
  readonly moveX: number;
  readonly moveY: number;
}

/**
 * The own player's prediction against a server that runs the same step `lagSteps` inputs later. `frame()` returns what is
 * drawn; `server` may be pushed or moved between frames.
 */
export class PredictionBench {
  readonly server = new Player();
  readonly prediction: SelfPrediction<ArenaState, Player, ArenaInput>;
  isReconciling = true;
  isStepping = true;
  nowMs = 0;

  readonly #truth: Record<string, number | boolean> = {};
  readonly #lagSteps: number;
  readonly #inputs = new InputLog(new GameWire(arena.netcode!), ArenaInput);
  readonly #pacer = new StepPacer(STEP_MS);
  readonly #held = new ArenaInput();

  constructor(lagSteps: number) {
    this.#lagSteps = lagSteps;
    this.#tell();
    this.prediction = new SelfPrediction(arena, this.#truth, this.#inputs);
    this.#pacer.advance(0);
  }

  /** Draws the frame `elapsedMs` after the last one, with `keys` down. */
  frame(elapsedMs: number, keys: Keys, aim = 0): { x: number; y: number; aim: number } {
    this.nowMs += elapsedMs;
    this.#held.moveX = keys.moveX as -1 | 0 | 1;
    this.#held.moveY = keys.moveY as -1 | 0 | 1;
    this.#held.aim = aim;
    const { isReconciling, isStepping } = this;
    this.prediction.begin(this.nowMs, { elapsedMs, held: this.#held, isReconciling, isStepping });
    const due = this.#pacer.advance(this.nowMs);
    if (!isStepping) this.#pacer.restart(this.nowMs);
    for (let step = 0; isStepping && step < due; step++) {
      this.#inputs.add(this.#held);
      this.#serve();
    }
    this.prediction.end(this.#pacer.fraction);
    const value = (field: "x" | "y" | "aim"): number => this.prediction.value(field) ?? Number.NaN;
    return { x: value("x"), y: value("y"), aim: value("aim") };
  }

  /** The connection is a new one, so late that nothing of what was sent and not answered is sent again. */
  reconnect(): void {
    this.#tell();
    this.#inputs.restart(1, this.#inputs.lastProcessed, 0);
  }

  /** The server steps what is old enough, and its answer arrives at once. */
  #serve(): void {
    const seq = this.#inputs.sentCount - this.#lagSteps;
    if (seq < 1) return;
    stepPlayer(this.server, this.#inputs.at(seq)!, 1 / TICK_HZ);
    this.#tell();
    this.#inputs.confirm(seq - 1);
  }

  #tell(): void {
    for (const field of Object.keys(arena.netcode?.self ?? {}) as (keyof typeof this.server & string)[])
      this.#truth[field] = this.server[field] as number | boolean;
  }
}
