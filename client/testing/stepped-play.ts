// Play without clocks: the test drives both ends tick by tick, over a real socket.
import { TICK_HZ } from "../../shared/schema/arena/index.ts";
import { type ArenaSession, settled } from "./frame-loop.ts";
import type { LocalArenaRoom } from "./local-arena.ts";

const STEP_MS = 1000 / TICK_HZ;

/** Plays tick by tick: frames at random instants, random keys, and a server that is `lagTicks` inputs behind. */
export class SteppedPlay {
  readonly #room: LocalArenaRoom;
  readonly #session: ArenaSession;
  readonly #random: () => number;
  readonly #lagTicks: number;
  #nowMs = 0;
  #keys: { moveX: -1 | 0 | 1; moveY: -1 | 0 | 1; aim: number } = { moveX: 0, moveY: 0, aim: 0 };

  /** The room must be driven by hand. `seed` decides frames and keys. */
  constructor(room: LocalArenaRoom, session: ArenaSession, seed: number, lagTicks: number) {
    this.#room = room;
    this.#session = session;
    this.#lagTicks = lagTicks;
    let state = seed;
    this.#random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
  }

  /** One tick of both ends; resolves when the client has the server's patch of it. */
  async tick(): Promise<void> {
    const session = this.#session;
    const room = this.#room;
    const endMs = this.#nowMs + STEP_MS;
    const frames = 1 + Math.floor(this.#random() * 4);
    for (let frame = 1; frame <= frames; frame++) {
      if (this.#random() < 0.1) this.#press();
      const nowMs = frame === frames ? endMs : this.#nowMs + (frame * STEP_MS) / frames;
      session.tick(nowMs, (input) => Object.assign(input, this.#keys));
    }
    this.#nowMs = endMs;
    // Every patch is waited for, so what is not acknowledged between two ticks was not applied either.
    const { pendingInputs } = session.stats;
    await settled("the inputs' arrival", () => room.waitingInputs(session.sessionId) === pendingInputs);
    room.advance(pendingInputs > this.#lagTicks ? 1 : 0);
    await settled("the patch", () => session.stats.tick === room.state.tick);
  }

  #press(): void {
    const axis = (): -1 | 0 | 1 => (Math.floor(this.#random() * 3) - 1) as -1 | 0 | 1;
    this.#keys = { moveX: axis(), moveY: axis(), aim: (this.#random() * 2 - 1) * Math.PI };
  }
}
