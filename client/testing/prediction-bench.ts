// A prediction without a network, for arithmetic: frames, keys and the server's answers come from the test.
import { type InputHandle, type Predict, Reconciler } from "@colyseus/sdk";
import { ArenaInput, type ArenaState, arena, Player, stepPlayer, TICK_HZ } from "../../shared/schema/arena/index.ts";
import { copyInput, inputFieldsOf } from "../input-fields.ts";
import { SelfPrediction } from "../self-prediction.ts";
import { StepPacer } from "../step-pacer.ts";

const STEP_MS = 1000 / TICK_HZ;
const REPLAY_SIZE = 64;

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

  readonly #mirror = new Player();
  readonly #lagSteps: number;
  readonly #handle = new LoopbackInput();
  readonly #pacer = new StepPacer(STEP_MS);
  readonly #held = new ArenaInput();

  constructor(lagSteps: number) {
    this.#lagSteps = lagSteps;
    let me: Reconciler | undefined;
    const predict = {
      reconciler: (instance: object, options: ConstructorParameters<typeof Reconciler>[1]) => {
        me = new Reconciler(instance, options);
        return me;
      },
      tick: (nowMs: number) => me?.tick(nowMs),
    } as unknown as Predict;
    const input = this.#handle as unknown as InputHandle<ArenaInput>;
    this.prediction = new SelfPrediction(arena, predict, this.#mirror, input);
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
      this.#handle.send(this.#held);
      this.#serve();
    }
    this.prediction.end(this.#pacer.fraction);
    const value = (field: "x" | "y" | "aim"): number => this.prediction.value(field) ?? Number.NaN;
    return { x: value("x"), y: value("y"), aim: value("aim") };
  }

  /** The server steps what is old enough, and its answer arrives at once. */
  #serve(): void {
    const seq = this.#handle.sentCount - this.#lagSteps;
    if (seq < 1) return;
    stepPlayer(this.server, this.#handle.sent(seq), 1 / TICK_HZ);
    for (const field of arena.predicted) Object.assign(this.#mirror, { [field]: this.server[field] });
    this.#handle.lastProcessed = seq;
  }
}

/** The parts of the SDK's input handle that a reconciler observes. */
class LoopbackInput {
  readonly replayBufferSize = REPLAY_SIZE;
  epoch = 0;
  sentCount = 0;
  lastProcessed = 0;
  readonly #fields = inputFieldsOf(ArenaInput);
  readonly #sent = Array.from({ length: REPLAY_SIZE }, () => new ArenaInput());
  readonly #listeners: ((seq: number) => void)[] = [];

  send(input: ArenaInput): void {
    this.sentCount += 1;
    copyInput(input, this.sent(this.sentCount), this.#fields);
    for (const listener of this.#listeners) listener(this.sentCount);
  }

  sent(seq: number): ArenaInput {
    return this.#sent[seq % REPLAY_SIZE]!;
  }

  at(seq: number): ArenaInput | undefined {
    return seq > this.lastProcessed && seq <= this.sentCount ? this.sent(seq) : undefined;
  }

  reckonTimeAt(): number {
    return 0;
  }

  onSend(listener: (seq: number) => void): () => void {
    this.#listeners.push(listener);
    return () => undefined;
  }
}
