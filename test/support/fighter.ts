// A player without a screen: our own client in Node, sixty frames a second, told where to go.
import { connect, type GameSession, newDeviceId } from "../../client/index.ts";
import type { ArenaInput, ArenaState, Player } from "../../shared/schema/arena/index.ts";
import { until } from "./until.ts";

/** About sixty frames a second. */
const FRAME_MS = 16;
/** Near enough: less than the way of one tick. */
const NEAR_METRES = 0.15;

/** What a fighter holds down. */
export type Held = Pick<ArenaInput, "moveX" | "moveY" | "aim" | "fire">;

/** A shot as the room tells everybody of it. */
export interface ShotTold {
  readonly by: string;
  readonly x: number;
  readonly y: number;
  readonly aim: number;
  readonly hit: string;
}

/** A seated player whose frames run until it leaves. */
export class Fighter {
  readonly session: GameSession<ArenaState, Player, ArenaInput>;
  readonly held: Held = { moveX: 0, moveY: 0, aim: 0, fire: false };
  /** Called after each frame with its time. */
  onFrame: ((nowMs: number) => void) | undefined;
  readonly #frames: NodeJS.Timeout;

  private constructor(session: GameSession<ArenaState, Player, ArenaInput>) {
    this.session = session;
    this.#frames = setInterval(() => this.#frame(), FRAME_MS);
    session.onLeave(() => clearInterval(this.#frames));
  }

  /** Signs in and takes a seat; the same `deviceId` is the same player, and a new one a new player. */
  static async join(platformUrl: string, deviceId: string = newDeviceId()): Promise<Fighter> {
    return new Fighter(await connect({ platformUrl, deviceId }));
  }

  get sessionId(): string {
    return this.session.sessionId;
  }

  /** The own player as the server last said. */
  get self(): Player {
    const { self } = this.session;
    if (!self) throw new Error("The fighter is not in the arena.");
    return self;
  }

  /** Where the own fighter is shown. */
  get drawn(): { x: number; y: number } {
    return { x: this.session.value(this.self, "x"), y: this.session.value(this.self, "y") };
  }

  /** Another player, as the server last said. */
  other(sessionId: string): Player {
    const player = this.session.room.state.players.get(sessionId);
    if (!player) throw new Error(`There is no player ${sessionId} in the arena.`);
    return player;
  }

  /** One step nearer to a point; true when it is there. */
  headFor(x: number, y: number): boolean {
    const at = this.drawn;
    this.held.moveX = direction(x - at.x);
    this.held.moveY = direction(y - at.y);
    return this.held.moveX === 0 && this.held.moveY === 0;
  }

  /** Walks to a point and stands there. */
  async walkTo(x: number, y: number): Promise<void> {
    await until(`a walk to ${x}, ${y}`, () => this.headFor(x, y));
    this.stand();
  }

  stand(): void {
    Object.assign(this.held, { moveX: 0, moveY: 0, fire: false });
  }

  /** Points the gun at a point. */
  aimAt(x: number, y: number): void {
    this.held.aim = Math.atan2(y - this.drawn.y, x - this.drawn.x);
  }

  /** Shoots at somebody who stands still until `isDone`. */
  async shootAt(sessionId: string, what: string, isDone: () => boolean): Promise<void> {
    await until(what, () => {
      const { x, y } = this.other(sessionId);
      this.aimAt(x, y);
      this.held.fire = true;
      return isDone();
    });
    this.held.fire = false;
  }

  async leave(): Promise<void> {
    await this.session.leave();
  }

  #frame(): void {
    const nowMs = performance.now();
    this.session.tick(nowMs, (input) => Object.assign(input, this.held));
    this.onFrame?.(nowMs);
  }
}

function direction(metres: number): -1 | 0 | 1 {
  if (Math.abs(metres) < NEAR_METRES) return 0;
  return metres > 0 ? 1 : -1;
}
