// A seat in a running game: inputs go out, the picture comes back, and the network's weather can be chosen.
import type { Schema } from "@colyseus/schema";
import { CloseCode } from "@colyseus/sdk";
import { GameWire } from "../shared/netcode/index.ts";
import type { GameDefinition } from "../shared/schema/game.ts";
import { SimulatedDatagramChannel } from "./datagram/index.ts";
import type { GameRoom } from "./game-room.ts";
import { HeldInput } from "./held-input.ts";
import type { Leave } from "./leave.ts";
import type { LinkConditions } from "./link-schedule.ts";
import { LinkSimulator } from "./link-simulator.ts";
import { type NetStats, NetStatsMeter } from "./net-stats.ts";
import { DatagramSeat } from "./netcode/datagram-seat.ts";
import type { ChannelKind, FastLink } from "./netcode/fast-link.ts";
import { FrameClock } from "./netcode/frame-clock.ts";
import { tapFrames } from "./netcode/frame-tap.ts";
import { HybridUplink } from "./netcode/hybrid-uplink.ts";
import { SessionNetcode } from "./netcode/session-netcode.ts";
import type { ShownEntity, SnapshotEntity } from "./netcode/shown-entity.ts";
import { writeFields, writeMotion } from "./netcode/write-motion.ts";
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
  /** Joined with `joinOptions()`. */
  readonly room: GameRoom<State>;
  readonly game: GameDefinition<State, Player, Input>;
  readonly playerId: string;
  /** Decides the link simulator's jitter and losses. */
  readonly linkSeed: number;
  /** The clock that arrivals are timed by, in ms; `performance.now()` when left out. */
  readonly now?: () => number;
}

/** What a room of `game` is joined with: who plays, and that this client speaks the game's snapshots. */
export function joinOptions<State extends Schema, Player extends Schema, Input extends object>(
  { netcode }: GameDefinition<State, Player, Input>,
  playerId: string,
): { playerId: string; snapshots?: number } {
  return { playerId, ...(netcode && { snapshots: new GameWire(netcode).fingerprint }) };
}

/**
 * A joined game. One that declares `netcode` is predicted and drawn from snapshots; any other has its state and messages.
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
  readonly #simulator: LinkSimulator;
  readonly #silence = new SilenceWatch();
  readonly #meter: NetStatsMeter;
  readonly #snapshotListeners = new Set<() => void>();
  readonly #netcode: SessionNetcode<Input> | undefined;
  readonly #held: HeldInput<Input> | undefined;
  readonly #staged: Input;
  readonly #pacer: StepPacer;
  readonly #frameClock: FrameClock;
  #prediction: SelfPrediction<State, Player, Input> | undefined;
  #hasState = false;
  #pingMs = 0;
  #lastMs: number | undefined;

  /** Takes over a room just joined; must be called before its first state arrives. Use `connect()`. */
  constructor({ room, game, playerId, linkSeed, now = () => performance.now() }: SessionSeat<State, Player, Input>) {
    this.room = room;
    this.game = game;
    this.playerId = playerId;
    this.#meter = this.#createMeter(now);
    this.stats = this.#meter;
    this.#pacer = new StepPacer(1000 / game.tickHz);
    this.#frameClock = new FrameClock(now);
    this.#staged = new game.Input();
    this.#life = new SeatLife(room);
    if (game.netcode) {
      this.#held = new HeldInput(game.Input);
      this.#netcode = this.#speakSnapshots(game.netcode, now);
    }
    tapFrames(room.connection, (frame) => this.#receive(frame, "websocket"));
    this.#simulator = new LinkSimulator(room.connection, this.#frameObserver(), linkSeed);
    room.onStateChange(() => this.#onPatch());
    // The SDK warns on the console of each message that nobody listens for; which ones matter is the game's choice.
    room.onMessage("*", () => undefined);
    this.#life.onLeave(() => this.#prediction?.dispose());
  }

  /** This connection's id in the room: the key of the own player. Kept across reconnections. */
  get sessionId(): string {
    return this.room.sessionId;
  }

  /**
   * The own player as the server last said, or `undefined` while it has none. In a game with snapshots it is there when its
   * motion is known too.
   */
  get self(): Player | undefined {
    if (!this.#hasState || (this.#netcode && !this.#netcode.truth)) return undefined;
    return this.#ownPlayer();
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
   * fixed step that is due predicts it, and all unconfirmed inputs are sent in one frame. A button (a boolean) that was held
   * in any frame since the last step counts as held in the next, so that a short press is not lost. Returns how many steps
   * ran: 0 on most frames of a fast display, at most `MAX_STEPS_PER_FRAME` after a stall, 0 while disconnected, or while so
   * much is unconfirmed that the player had better stand until the server is heard again, and 0 in a game without netcode,
   * where `stage` is not called.
   */
  tick(nowMs: number, stage: (input: Input) => void): number {
    const elapsedMs = this.#lastMs === undefined ? 0 : Math.max(0, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    this.#listen(elapsedMs);
    const [netcode, held] = [this.#netcode, this.#held];
    if (!netcode || !held) return 0;
    const arrivalMs = this.#frameClock.at(nowMs);
    held.stage(stage);
    netcode.beginFrame(arrivalMs, this.settings.interpolation);
    const prediction = this.#predictSelf(netcode);
    const { inputs } = netcode;
    const isStepping = this.self !== undefined && this.#canSend && prediction !== undefined && inputs.room > 0;
    const { reconciliation: isReconciling } = this.settings;
    prediction?.begin(nowMs, { elapsedMs, held: held.now, isReconciling, isStepping });
    const due = Math.min(this.#dueSteps(netcode, nowMs, isStepping), inputs.room);
    for (let step = 0; step < due; step++) {
      held.take(this.#staged);
      inputs.add(this.#staged);
    }
    if (due > 0) netcode.sendInputs(arrivalMs);
    prediction?.end(this.#pacer.fraction);
    return due;
  }

  /**
   * Where to draw a player's numeric field: the own player predicted, others interpolated, as `settings` say. A field that
   * is neither is as the server said. NaN while the server has not said.
   */
  value(player: Player, field: keyof Player & string): number {
    const isSelf = player === this.#ownPlayer();
    const predicted = isSelf && this.settings.prediction ? this.#prediction?.value(field) : undefined;
    return predicted ?? this.#entityOf(player, isSelf)?.value(field) ?? numberOf(player[field]);
  }

  /** A player's numeric field as the server said last: to the bit for the own player, as snapshots carry it for others. */
  truth(player: Player, field: keyof Player & string): number {
    return this.#entityOf(player, player === this.#ownPlayer())?.newest(field) ?? numberOf(player[field]);
  }

  /**
   * Everything of one kind that snapshots tell this client of, ready to be drawn: the players, and whatever else moves. Empty
   * in a game without netcode. The own player is not among them.
   */
  entities(kind: string): Iterable<SnapshotEntity> {
    return this.#netcode?.world.ofKind(kind) ?? [];
  }

  /** Calls `listener` after each snapshot (in a game without netcode: patch) that showed something newer. Returns a way to stop. */
  onSnapshot(listener: () => void): () => void {
    this.#snapshotListeners.add(listener);
    return () => this.#snapshotListeners.delete(listener);
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

  get #canSend(): boolean {
    return this.#life.isSeated && this.room.connection.isOpen;
  }

  #ownPlayer(): Player | undefined {
    // The SDK has a state object before the first state, without any of the collections in it.
    return this.#hasState ? this.game.playerOf(this.room.state as State, this.room.sessionId) : undefined;
  }

  #entityOf(player: Player, isSelf: boolean): ShownEntity | undefined {
    const world = this.#netcode?.world;
    if (isSelf) return world?.self;
    const { entityId } = player as { entityId?: unknown };
    return typeof entityId === "number" ? world?.get(entityId) : undefined;
  }

  /** Every frame of ours comes in here, whichever channel brought it. */
  #receive(frame: Uint8Array, channel: ChannelKind): void {
    if (!this.#life.hasEnded) this.#netcode?.receive(frame, channel);
  }

  #speakSnapshots(netcode: NonNullable<typeof this.game.netcode>, now: () => number): SessionNetcode<Input> {
    const { connection } = this.room;
    const webSocket = {
      channel: "websocket" as const,
      send: (frame: Uint8Array): void => {
        if (this.#canSend) connection.transport.send(frame);
      },
    };
    const uplink = new HybridUplink(webSocket, now);
    const datagrams = this.#openDatagrams(webSocket, uplink);
    return new SessionNetcode<Input>({ ...this.game, netcode }, uplink, now, {
      onLife: () => {
        uplink.restart();
        this.#life.arrive();
      },
      onSnapshot: () => {
        this.#writeMotion(netcode);
        this.#noteSnapshot();
      },
      onArrival: (tick, channel) => uplink.onSnapshot(tick, channel),
      onControl: (message) => {
        if (message.type === "channel-offer") void datagrams.onOffer(message.ticket);
      },
    });
  }

  /** Datagrams open in the background and pass the simulated link as the WebSocket's frames do. */
  #openDatagrams(webSocket: FastLink, uplink: HybridUplink): DatagramSeat {
    const datagrams = new DatagramSeat({
      url: () => this.room.connection.url ?? "",
      sendReliable: (frame) => webSocket.send(frame),
      onChannel: (channel) => {
        const simulated = new SimulatedDatagramChannel(channel, {
          conditions: () => this.link,
          random: Math.random,
          ...this.#frameObserver(),
        });
        simulated.onFrame((frame) => this.#receive(frame, "datagram"));
        uplink.attach(simulated);
      },
    });
    this.#life.onDrop(() => datagrams.onDrop());
    this.#life.onLeave(() => datagrams.close());
    return datagrams;
  }

  /** `player.x` of the room's state is what the server said last, as it is in a game without snapshots. */
  #writeMotion({ motion }: NonNullable<typeof this.game.netcode>): void {
    const world = this.#netcode?.world;
    if (!world || !this.#hasState) return;
    writeMotion(this.room.state as object, Object.keys(motion), (entityId) => world.get(entityId));
    const own = this.#ownPlayer();
    if (own && world.self) writeFields(own, world.self, Object.keys(motion[this.game.players] ?? {}));
  }

  #onPatch(): void {
    this.#hasState = true;
    if (this.#netcode) return;
    this.#life.arrive();
    this.#noteSnapshot();
  }

  #noteSnapshot(): void {
    this.#meter.onSnapshot();
    for (const listener of this.#snapshotListeners) listener();
  }

  /** The own player's prediction: begun when its state is known, and kept for the session. */
  #predictSelf({ truth, inputs }: SessionNetcode<Input>): SelfPrediction<State, Player, Input> | undefined {
    if (this.#life.hasEnded || !truth) return this.#prediction;
    this.#prediction ??= new SelfPrediction(this.game, truth, inputs);
    return this.#prediction;
  }

  #dueSteps(netcode: SessionNetcode<Input>, nowMs: number, isStepping: boolean): number {
    const skipped = netcode.takeSkip();
    if (isStepping) this.#pacer.skip(skipped);
    const due = this.#pacer.advance(nowMs, netcode.tickRate);
    if (isStepping) return due;
    this.#pacer.restart(nowMs);
    return 0;
  }

  /** Makes a connection that has died without a word drop, so that it is made anew. */
  #listen(elapsedMs: number): void {
    if (!this.#canSend) this.#silence.onFrame();
    const verdict = this.#canSend ? this.#silence.elapse(elapsedMs) : "fine";
    if (verdict === "ask") this.#ping();
    else if (verdict === "dead") this.room.connection.close(CloseCode.MAY_TRY_RECONNECT);
  }

  #ping(): void {
    this.room.ping((ms) => {
      this.#pingMs = ms;
    });
  }

  #frameObserver() {
    return {
      onFrameOut: (bytes: number) => this.#meter.onFrameOut(bytes),
      onFrameIn: (bytes: number) => {
        this.#meter.onFrameIn(bytes);
        this.#silence.onFrame();
      },
    };
  }

  #createMeter(now: () => number): NetStatsMeter {
    return new NetStatsMeter(
      {
        rttMs: () => this.#netcode?.rttMs ?? this.#pingMs,
        jitterMs: () => this.#netcode?.jitterMs ?? 0,
        lossPercent: () => this.#netcode?.lossPercent ?? 0,
        tick: () => this.#netcode?.tick ?? 0,
        corrections: () => this.#prediction?.corrections ?? 0,
        correctionMetres: () => this.#prediction?.correctionMetres ?? 0,
        pendingInputs: () => this.#netcode?.inputs.pendingCount ?? 0,
        interpolationDelayMs: () => (this.settings.interpolation ? (this.#netcode?.interpolationDelayMs ?? 0) : 0),
        channels: () => ({
          input: this.#netcode?.link.channel ?? "websocket",
          state: this.#netcode?.stateChannel ?? "websocket",
        }),
        isReconnecting: () => this.#life.isReconnecting,
      },
      now,
    );
  }
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : Number(value ?? Number.NaN);
}
