// What the person at this device wants right now, whichever device says it. No DOM in here.
import type { ArenaInput } from "../../shared/schema/arena/index.ts";

/** One thing a key or a button can ask for. */
export type Action = "up" | "down" | "left" | "right" | "fire";

/** A direction on each axis; y is up. */
export type Move = -1 | 0 | 1;

/**
 * Held keys, mouse and sticks, folded into one tick's input. A press that is over before the next tick still counts until
 * `endTick`, so that a quick tap is never lost.
 */
export class Intent {
  /** Radians counter-clockwise from +x, in [-π, π]. */
  aim = 0;
  /** `performance.now()` of the newest event that changed the intent. */
  changedAtMs = 0;
  #stickX: Move = 0;
  #stickY: Move = 0;
  #stickFires = false;
  readonly #held = new Map<string, Action>();
  readonly #tapped = new Set<Action>();

  /** A key or button named `source` went down; two sources may hold one action. */
  press(source: string, action: Action, nowMs: number): void {
    if (this.#held.has(source)) return;
    this.#held.set(source, action);
    this.#tapped.add(action);
    this.changedAtMs = nowMs;
  }

  /** The key or button went up. */
  release(source: string, nowMs: number): void {
    if (this.#held.delete(source)) this.changedAtMs = nowMs;
  }

  /** Lets go of everything: the page lost the keyboard, or the fighter was taken away. */
  releaseAll(nowMs: number): void {
    this.#held.clear();
    this.#tapped.clear();
    this.#stickX = 0;
    this.#stickY = 0;
    this.#stickFires = false;
    this.changedAtMs = nowMs;
  }

  /** What the left touch stick says. */
  moveStick(x: Move, y: Move, nowMs: number): void {
    if (x === this.#stickX && y === this.#stickY) return;
    this.#stickX = x;
    this.#stickY = y;
    this.changedAtMs = nowMs;
  }

  /** Whether the right touch stick fires. */
  fireStick(isFiring: boolean, nowMs: number): void {
    if (isFiring === this.#stickFires) return;
    if (isFiring) this.#tapped.add("fire");
    this.#stickFires = isFiring;
    this.changedAtMs = nowMs;
  }

  get moveX(): Move {
    return this.#stickX || axis(this.#wants("right"), this.#wants("left"));
  }

  get moveY(): Move {
    return this.#stickY || axis(this.#wants("up"), this.#wants("down"));
  }

  get fire(): boolean {
    return this.#stickFires || this.#wants("fire");
  }

  /** Writes what is wanted now. */
  stage(input: ArenaInput): void {
    input.moveX = this.moveX;
    input.moveY = this.moveY;
    input.aim = this.aim;
    input.fire = this.fire;
  }

  /** A tick has used the staged input: taps that are over by now are done. */
  endTick(): void {
    this.#tapped.clear();
  }

  #wants(action: Action): boolean {
    if (this.#tapped.has(action)) return true;
    for (const held of this.#held.values()) if (held === action) return true;
    return false;
  }
}

function axis(isForward: boolean, isBack: boolean): Move {
  if (isForward === isBack) return 0;
  return isForward ? 1 : -1;
}
