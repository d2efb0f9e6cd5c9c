// Everybody the client does not control: drawn a little in the past, between two snapshots that have arrived.
import type { Schema } from "@colyseus/schema";
import { Predict } from "@colyseus/sdk";
import type { GameDefinition } from "../shared/schema/game.ts";
import type { GameRoom } from "./game-room.ts";

/** How far in the past others are drawn, in ticks: one to have two snapshots, one for the unevenness of the network. */
const DELAY_TICKS = 2;

/** The parts of the SDK's `Predict` used here, typed by name: field names come from the game at run time. */
interface Smoothing {
  attachAll(collection: string, config: object): () => void;
  attach(instance: object, config: object): () => void;
  detach(instance: object): void;
  value(instance: object, field: string): number;
  tick(nowMs: number): number;
  dispose(): void;
}

/**
 * Draws players between snapshots, on the SDK's interpolation, which plays them back at the instant that the server's lag
 * compensation rewinds to. A jump of more than the game's teleport distance is shown at once, in all fields together.
 */
export class Interpolation<State extends Schema, Player extends Schema, Input extends object> {
  /** How far behind the newest snapshot players are drawn; milliseconds. */
  readonly delayMs: number;

  readonly #game: GameDefinition<State, Player, Input>;
  readonly #smoothing: Smoothing;
  readonly #positions = new WeakMap<Player, Float64Array>();

  /** `room` must have received its first state. */
  constructor(game: GameDefinition<State, Player, Input>, room: GameRoom<State>) {
    this.#game = game;
    this.delayMs = Math.round((DELAY_TICKS * 1000) / game.tickHz);
    this.#smoothing = Predict.get(room, { mode: "lerp", delay: this.delayMs }) as unknown as Smoothing;
    for (const config of this.#configs()) this.#smoothing.attachAll(game.players, config);
  }

  /** Once a frame, before values are read. */
  tick(nowMs: number): void {
    this.#smoothing.tick(nowMs);
  }

  /** After each snapshot: finds those who were teleported by it. */
  onSnapshot(state: State): void {
    for (const player of playersOf(this.#game, state)) {
      if (!this.#hasTeleported(player)) continue;
      // Attached anew it has no past to glide from.
      this.#smoothing.detach(player);
      for (const config of this.#configs()) this.#smoothing.attach(player, config);
    }
  }

  /** What to draw for a player's field; the newest snapshot's value when the field is not interpolated. */
  value(player: Player, field: keyof Player & string): number {
    return this.#smoothing.value(player, field);
  }

  dispose(): void {
    this.#smoothing.dispose();
  }

  #configs(): object[] {
    const { linear, angles } = this.#game.interpolated;
    return [
      { mode: "lerp", fields: linear },
      { mode: "lerp", fields: angles, angle: true },
    ].filter(({ fields }) => fields.length > 0);
  }

  #hasTeleported(player: Player): boolean {
    const fields = this.#game.position;
    let before = this.#positions.get(player);
    const isNew = before === undefined;
    before ??= new Float64Array(fields.length);
    this.#positions.set(player, before);
    let squares = 0;
    for (let index = 0; index < fields.length; index++) {
      const value = player[fields[index]!] as number;
      squares += (value - before[index]!) ** 2;
      before[index] = value;
    }
    return !isNew && squares > this.#game.teleportDistance ** 2;
  }
}

/** The players in `state`, whoever controls them. */
export function playersOf<State extends Schema, Player extends Schema, Input extends object>(
  game: GameDefinition<State, Player, Input>,
  state: State,
): Iterable<Player> {
  return (state[game.players] as Map<string, Player>).values();
}
