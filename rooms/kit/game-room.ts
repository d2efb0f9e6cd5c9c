// The base of every game's room: identity from the ticket, an input budget, seats that wait for their player, and a
// failure that ends this room and no other.
import {
  type AuthContext,
  type Client,
  ClientState,
  type ExtractRoomClient,
  type FixedTimestepCallback,
  type InputAccessor,
  matchMaker,
  type Rewind,
  Room,
  RoomInternalState,
  type RoomOptions,
  type StepContext,
} from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import { GameWire } from "../../shared/netcode/index.ts";
import { ROOM_CLOSE } from "../../shared/schema/close-codes.ts";
import { AppError } from "../../shared/schema/errors.ts";
import type { GameDefinition } from "../../shared/schema/game.ts";
import { type JoinTicketClaims, SEAT_HOLD_MS } from "../../shared/schema/platform/index.ts";
import { guarded } from "./guarded.ts";
import { QuietSerializer } from "./netcode/quiet-serializer.ts";
import type { SeenView } from "./netcode/rewound-view.ts";
import { RoomNetcode, type RoomNetcodeOptions } from "./netcode/room-netcode.ts";
import type { InputSink } from "./netcode/snapshot-seat.ts";
import { roomIdOf, toServerError } from "./refusal.ts";
import { roomHost } from "./room-host.ts";
import { RoomSeats } from "./room-seats.ts";
import { SeatedInput } from "./seated-input.ts";
import { startTicks } from "./tick-timer.ts";

/** Who a client is, by its join ticket, and whether it speaks snapshots (the fingerprint of its build). */
export type SeatAuth = JoinTicketClaims & { snapshots?: number };

/** A seated client. */
export type GameClient = Client<{ auth: SeatAuth }>;

/** What a room may say of its netcode beside the game's declaration. */
export type NetcodeOptions = Omit<RoomNetcodeOptions, "wire" | "tickHz" | "playerOf" | "sources"> &
  Partial<Pick<RoomNetcodeOptions, "sources">>;

const DEFAULT_TICK_HZ = 60;
const NOTHING = (): void => undefined;

/** The most messages a client may send in a second, inputs and all, before it is dropped. */
const MAX_MESSAGES_PER_SECOND = 200;

type InputOf<T extends RoomOptions> = T extends { input: infer Input } ? Input : never;

/**
 * A room of one game.
 *
 * A subclass declares `state` and `inputs`, calls `setFixedTimestep` in `onCreate`, and reads what each seat is granted
 * with `inputsFor`. State goes out at the end of each tick, from inside it. A game without motion leaves inputs and
 * timestep out: it has messages and the room's clock, and what they change goes out with the next patch. An exception
 * anywhere in the room's own code closes this room (`ROOM_CLOSE.roomFailed`) and is reported to the host; the process and the other rooms go on.
 */
export class GameRoom<T extends RoomOptions = RoomOptions> extends Room<T> {
  /** Whether this room's fast state may go by datagrams: when the link calls for it, always, or never. The deployment may overrule it. */
  readonly datagrams: "auto" | "always" | "never" = "auto";

  /** How long a dropped player's seat waits; seconds. */
  readonly reconnectionSeconds: number = 20;

  override maxMessagesPerSecond = MAX_MESSAGES_PER_SECOND;
  /** A new room waits for its first player as long as the seat is held, and a little more. */
  override seatReservationTimeout = SEAT_HOLD_MS / 1000 + 5;

  readonly #seats = new RoomSeats(this as unknown as Room);
  readonly #seatedInputs = new Map<string, SeatedInput<InputOf<T>>>();
  #netcode: RoomNetcode<InputOf<T>> | undefined;
  #patchRewind: Rewind | undefined;
  #step: FixedTimestepCallback | undefined;
  #hasFailed = false;
  #nextTickDueMs = 0;

  constructor() {
    super();
    // Assigned here, not declared as a method: with a method, Colyseus 0.18 binds the lifecycle hooks of the first room
    // of a class before its plugins are composed, and their hooks never run there.
    this.onUncaughtException = (error, where) => this.fail(error, where);
    this.#guardTimers();
    this.#guardHooks();
    this["_events"].once("dispose", () => this.#seats.forget());
  }

  /** Admits a client by its join ticket. Refusals carry the error's code in the message and its HTTP status as the code. */
  static override async onAuth(token: string, options: unknown, context: AuthContext): Promise<SeatAuth> {
    const roomId = roomIdOf(context);
    const { playerId, snapshots } = (options ?? {}) as { playerId?: unknown; snapshots?: unknown };
    try {
      const room = matchMaker.getLocalRoomById(roomId);
      if (room instanceof GameRoom) room.checkBuild(snapshots);
      const claims = await roomHost().admit({
        ticket: token || undefined,
        roomId,
        playerId: typeof playerId === "string" ? playerId : undefined,
      });
      if (room instanceof GameRoom) room.#seats.welcome(claims.sub);
      return typeof snapshots === "number" ? { ...claims, snapshots } : claims;
    } catch (error) {
      throw toServerError(error);
    }
  }

  /** Whether a player can be promised a seat now; if so the seat is held for `SEAT_HOLD_MS`. */
  holdSeat(playerId: string): boolean {
    return !this.#hasFailed && this.#seats.hold(playerId);
  }

  /** Seats that a newcomer could be promised now. */
  get freeSeats(): number {
    return this.#hasFailed ? 0 : this.#seats.free;
  }

  /** What `defineInput` declared, for whoever checks frames; `undefined` when the room takes no inputs. */
  get inputDeclaration(): { type: new () => object; hasTwoStamps: boolean } | undefined {
    const type = this["_inputController"]?.options.ctor as (new () => object) | undefined;
    const timeline = this._timelineMode();
    return type && { type, hasTwoStamps: timeline?.snapshot === true && timeline.reckon === true };
  }

  /** Ticks a second of a room that speaks snapshots. */
  get tickHz(): number | undefined {
    return this.#netcode?.tickHz;
  }

  /** Whether anybody plays here, or may still come back to a seat that waits. */
  get hasPlayers(): boolean {
    return this.#seats.hasPlayers;
  }

  /** The process is draining: no new player comes. A game with rounds overrides this to end after the one being played. */
  onDrain(): void {}

  /**
   * Runs `step` at a fixed rate and sends the state at the end of each, from inside it: one timer, so that a snapshot is
   * never older than its tick.
   */
  override setFixedTimestep(
    step: FixedTimestepCallback,
    tickHz: number = DEFAULT_TICK_HZ,
    options?: { subSteps?: number },
  ): void {
    this.#step = step;
    super.setFixedTimestep(NOTHING, tickHz, options);
    this.#runTicks(tickHz, options?.subSteps ?? this["_inputController"]?.options.subSteps ?? 1);
    // After the timestep, never before: set as a class field it would leave the room without any timer.
    this.patchRate = null;
  }

  /** Colyseus calls it when the room has its state. */
  override setSerializer(serializer: Parameters<Room<T>["setSerializer"]>[0]): void {
    super.setSerializer(this.#netcode ? new QuietSerializer() : serializer);
  }

  /**
   * Runs the timers of a room without a tick, and sends what has changed. Colyseus calls it `patchRate` often; nothing goes out
   * when nothing has changed. An exception in it is this room's failure.
   */
  override broadcastPatch(): boolean {
    if (this.#step) return super.broadcastPatch();
    if (this.#hasFailed) return false;
    try {
      return super.broadcastPatch();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)), "broadcastPatch");
      return false;
    }
  }

  /** The inputs that a seat is granted this tick, oldest first: one a tick, and what it saved up. */
  protected inputsFor(sessionId: string): Iterable<InputOf<T>> {
    if (!this.inputs) throw new Error("inputsFor() needs `inputs = this.defineInput(…)`.");
    let seat = this.#seatedInputs.get(sessionId);
    if (!seat) {
      seat = new SeatedInput();
      seat.budget.refill();
      this.#seatedInputs.set(sessionId, seat);
    }
    return seat.from(this.#netcode?.inputsOf(sessionId) ?? (this.inputs.get(sessionId) as InputAccessor<InputOf<T>>));
  }

  /**
   * Declares the room's fast state: what the game says of it, and how far each client may see. Clients that speak snapshots
   * then get it in snapshots and send input frames; the others get the same state as patches. Call it as a field
   * initialiser, after `state`; needs a game with `netcode`.
   */
  protected defineNetcode<State extends Schema, Player extends Schema, Input extends object>(
    game: GameDefinition<State, Player, Input>,
    options: NetcodeOptions = {},
  ): RoomNetcode<InputOf<T>> {
    if (!game.netcode) throw new Error(`The game ${game.mode} declares no netcode: add \`netcode\` to its definition.`);
    const wire = new GameWire(game.netcode);
    const collections = this.state as Record<string, { values(): Iterable<object> }>;
    const listed = Object.keys(game.netcode.motion).map((name) => [name, () => collections[name]!.values()] as const);
    const sources = { ...Object.fromEntries(listed), ...options.sources };
    const playerOf = (sessionId: string): object | undefined =>
      game.playerOf(this.state as unknown as State, sessionId);
    this.#netcode = new RoomNetcode({ ...options, wire, sources, playerOf, tickHz: game.tickHz });
    return this.#netcode;
  }

  /**
   * The world as a client saw it when it made its last input: the states that its own screen was drawn from. Use it to judge
   * a shot. For a client that gets patches, what Colyseus recorded of the fields given to `allowRewindState`.
   */
  protected seenBy(sessionId: string): SeenView {
    const seen = this.#netcode?.seenBy(sessionId);
    if (seen) return seen;
    if (!this.#patchRewind) throw new Error("seenBy() needs defineRewind(): say which fields are judged in the past.");
    const view = this.#patchRewind.lastSeenBy(sessionId);
    return { value: (entity, field) => view.value(entity, field as never) };
  }

  /** Says which fields of a collection are judged in the past for clients that get patches, and how far back at most. */
  protected defineRewind(
    collection: Iterable<unknown> & { values(): Iterable<object> },
    fields: readonly string[],
    maxRewindMs: number,
  ): void {
    this.#patchRewind = this.allowRewindState({ maxRewindMs });
    this.#patchRewind.attachAll(collection as never, { fields: fields as never });
  }

  /**
   * Where a seated client's input frames go, until it leaves and over its reconnections; `undefined` when this room or client
   * should not have any.
   */
  inputSink(sessionId: string): InputSink | undefined {
    return this.#netcode?.inputsOf(sessionId);
  }

  /** Forgets a seat's input budget; called by itself when a client leaves, by the room for a bot. */
  protected releaseInputs(sessionId: string): void {
    this.#seatedInputs.delete(sessionId);
  }

  /** Keeps a dropped client's seat. A subclass that overrides this calls it. */
  override onDrop(client: ExtractRoomClient<T>, code?: number): void {
    if (code === ROOM_CLOSE.seatTakenOver || code === ROOM_CLOSE.roomFailed || this.#hasFailed) return;
    this.#seats.keep(client, this.reconnectionSeconds, () => this.releaseInputs(client.sessionId));
  }

  /** Ends this room after an error of its own code: reported once, every client told, nothing else touched. */
  protected fail(error: Error, where: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const cause = error.cause instanceof Error ? error.cause : error;
    roomHost().onRoomFailed({ mode: this.roomName, roomId: this.roomId, where, error: cause });
    // Left to the next turn: an error in onCreate() reaches Colyseus first, which then discards the room itself.
    setImmediate(() => {
      if (this["_internalState"] === RoomInternalState.CREATED) this.disconnect(ROOM_CLOSE.roomFailed);
    });
  }

  /** A client of another build would read our snapshots wrong: it is told so before it takes a seat. */
  private checkBuild(fingerprint: unknown): void {
    if (fingerprint === undefined || fingerprint === this.#netcode?.wire.fingerprint) return;
    throw new AppError("build.mismatch", "Reload the page, or update the client to the server's build.");
  }

  /** Brings the netcode's seats in line with who is connected; a reconnected client has a new connection. */
  #seatClients(): void {
    const netcode = this.#netcode;
    if (!netcode || netcode.isSeated(this.clients)) return;
    for (const client of this.clients) {
      if (netcode.clientOf(client.sessionId) === client) continue;
      netcode.connect(client, (client as GameClient).auth?.snapshots !== undefined);
    }
  }

  /** Runs one tick: budgets, the game's step, the patch. The timestep calls it, and a test that holds the clock does. */
  advance(context: StepContext): void {
    if (this.#hasFailed || !this.#step) return;
    const startedAt = performance.now();
    const isLate = this.#nextTickDueMs > 0 && startedAt > this.#nextTickDueMs + context.dtMs / 2;
    this.#nextTickDueMs = startedAt + context.dtMs;
    for (const seat of this.#seatedInputs.values()) seat.budget.refill();
    this.#seatClients();
    this.#step(context);
    this.#netcode?.commit();
    this.broadcastPatch();
    this.#netcode?.send(startedAt, (client) => client.state === ClientState.JOINED);
    if (this.#netcode) {
      const { applied, lost } = this.#netcode.takeInputCounts();
      roomHost().onInputs?.(this.roomName, applied, lost);
    }
    roomHost().onTick(this.roomName, performance.now() - startedAt, isLate);
  }

  /** Our ticks in the place of Colyseus' interval, which it ends with the room. */
  #runTicks(tickHz: number, subSteps: number): void {
    const [dt, dtMs] = [1 / tickHz, 1000 / tickHz];
    const context = { dt, dtMs, tick: 0, subSteps, subDt: dt / subSteps, subDtMs: dtMs / subSteps };
    const run = this.#guard((due: number) => {
      this.clock.tick();
      for (let left = due; left > 0; left--) {
        this.advance(context);
        context.tick += 1;
      }
    }, "setFixedTimestep");
    clearInterval(this["_simulationInterval"]);
    const slot = {
      get: () => this["_simulationInterval"],
      set: (timer: NodeJS.Timeout) => {
        this["_simulationInterval"] = timer;
      },
    };
    startTicks(dtMs, slot, run);
  }

  /** Timers of the room's clock run in its own code's name: an exception in one is the room's failure. */
  #guardTimers(): void {
    const { clock } = this;
    const { setTimeout, setInterval } = clock;
    clock.setTimeout = (callback, ms, ...args) =>
      setTimeout.call(clock, this.#guard(callback, "setTimeout"), ms, ...args);
    clock.setInterval = (callback, ms, ...args) =>
      setInterval.call(clock, this.#guard(callback, "setInterval"), ms, ...args);
  }

  /**
   * Puts our part of each life-cycle hook around the author's. Colyseus swallows what the leaving hooks throw, and leaves the
   * timers of a room running whose `onDispose` throws. An author's hook is looked up when it is called, so that its class's
   * plugins are in it.
   */
  #guardHooks(): void {
    const authors = Object.getPrototypeOf(this) as Partial<Pick<this, "onJoin" | "onDrop" | "onLeave" | "onDispose">>;
    this.onJoin = async (client, options, auth) => {
      this.#seatClients();
      await authors.onJoin?.call(this, client, options, auth);
      this.#netcode?.show(client.sessionId);
    };
    const onDrop = this.#guard((client: Client, code?: number) => {
      this.#netcode?.disconnect(client.sessionId);
      return authors.onDrop?.call(this, client as ExtractRoomClient<T>, code);
    }, "onDrop");
    this.onLeave = this.#guard((client: Client, code?: number) => {
      this.#netcode?.leave(client.sessionId);
      this.releaseInputs(client.sessionId);
      return authors.onLeave?.call(this, client as ExtractRoomClient<T>, code);
    }, "onLeave") as NonNullable<typeof this.onLeave>;
    this.onDispose = this.#guard(() => authors.onDispose?.call(this), "onDispose") as NonNullable<
      typeof this.onDispose
    >;
    Object.defineProperty(this, "onDrop", { value: onDrop });
  }

  #guard(callback: CallableFunction, where: string): (...args: unknown[]) => unknown {
    return guarded(callback, (error) => this.fail(error, where));
  }
}

/** A room of any game, where what its type parameter says does not matter. */
// biome-ignore lint/suspicious/noExplicitAny: the parameter is used both ways, so no other argument fits every game.
export type AnyGameRoom = GameRoom<any>;
