// A session's fast traffic: snapshots in over whichever channel brings them, inputs and acknowledgements out.
import {
  type ControlMessage,
  decodeControl,
  FrameKind,
  frameKindOf,
  GameWire,
  InputPacer,
} from "../../shared/netcode/index.ts";
import type { GameDefinition } from "../../shared/schema/game.ts";
import type { NetcodeDeclaration } from "../../shared/schema/motion.ts";
import { RateMeter } from "../net-stats.ts";
import type { ChannelKind, FastLink } from "./fast-link.ts";
import { InputLog } from "./input-log.ts";
import { ShownWorld } from "./shown-world.ts";
import { SnapshotFeed } from "./snapshot-feed.ts";
import { writeFields } from "./write-motion.ts";

/** Without an input for this long, as in a background tab, a frame acknowledges anyway: baselines are at most 31 ticks old. */
const ACK_AFTER_MS = 250;
/**
 * Inputs that are older than this when another life of the connection begins are given up: nobody wants to see a player walk
 * for seconds where its keys were before an outage; ms.
 */
export const MAX_CARRIED_MS = 1_000;
/** Losses, being rare, are of the last five seconds. */
const LOSS_TENTHS = 50;

/** What a game's netcode is built from. */
export type NetcodeGame = Pick<
  GameDefinition<never, never, object>,
  "Input" | "tickHz" | "position" | "teleportDistance"
> & { readonly netcode: NetcodeDeclaration };

/** What the session does when something has arrived. */
export interface NetcodeEvents {
  /** The first snapshot of a life of the connection has been taken: everything is told anew. */
  onLife(): void;
  /** A snapshot newer than all before it has been taken. */
  onSnapshot(): void;
  /** A snapshot has been taken that came by `channel`; `tick` is the newest tick known since. */
  onArrival(tick: number, channel: ChannelKind): void;
  /** A control message other than the welcome. */
  onControl(message: ControlMessage): void;
}

/**
 * Both directions of a seat that speaks snapshots. Frames come in through `receive` and go out through `link`, each in one
 * place, whatever the channel.
 */
export class SessionNetcode<Input extends object> {
  readonly world: ShownWorld;
  readonly inputs: InputLog<Input>;
  /** Where frames go out. */
  link: FastLink;
  /** The channel that brought the newest snapshot. */
  stateChannel: ChannelKind = "websocket";
  /** The own player's exact state as the server had it at its last confirmed input; `undefined` before it is known. */
  truth: Record<string, number | boolean> | undefined;
  readonly #wire: GameWire;
  readonly #events: NetcodeEvents;
  readonly #now: () => number;
  readonly #pacer: InputPacer;
  readonly #tickMs: number;
  readonly #expected = new RateMeter(LOSS_TENTHS);
  readonly #arrived = new RateMeter(LOSS_TENTHS);
  /** What is shown; the feed of a new life takes its place with its first snapshot, so that nothing vanishes in between. */
  #feed: SnapshotFeed | undefined;
  #nextFeed: SnapshotFeed | undefined;
  #viewTick = Number.NaN;
  #lastSentMs = 0;
  /** When the newest input was made. */
  #lastInputMs = Number.NEGATIVE_INFINITY;
  #rttMs = 0;

  /** `now` is the clock of arrivals, in ms. */
  constructor(game: NetcodeGame, link: FastLink, now: () => number, events: NetcodeEvents) {
    const wire = new GameWire(game.netcode);
    this.#wire = wire;
    this.link = link;
    this.#now = now;
    this.#events = events;
    this.#tickMs = 1000 / game.tickHz;
    this.#pacer = new InputPacer({ tickMs: this.#tickMs });
    this.inputs = new InputLog(wire, game.Input as new () => Input);
    this.world = new ShownWorld({
      schema: wire.snapshots,
      selfKind: wire.selfKind,
      position: game.position,
      teleportDistance: game.teleportDistance,
    });
  }

  /** Takes a frame of ours, whichever channel brought it. What cannot be read changes nothing. */
  receive(frame: Uint8Array, channel: ChannelKind): void {
    if (frameKindOf(frame) === FrameKind.snapshot) this.#takeSnapshot(frame, channel);
    // Only the reliable channel is ordered with the life of the connection.
    else if (channel === "websocket") this.#control(decodeControl(frame));
  }

  /** Begins a frame of the display at `nowMs`, drawn from between snapshots or from the newest. */
  beginFrame(nowMs: number, isInterpolating: boolean): void {
    const tick = this.#feed?.renderTick(nowMs) ?? Number.NaN;
    this.world.show(isInterpolating ? tick : Number.POSITIVE_INFINITY);
  }

  /** How fast the client's tick should run, so that the server always has its next input and no queue of them. */
  get tickRate(): number {
    return this.#pacer.rate;
  }

  /** Ticks to leave out now, after a hitch. */
  takeSkip(): number {
    return this.#pacer.takeSkip();
  }

  /** Sends everything unconfirmed. The newest input was made at the sight of what is drawn now. */
  sendInputs(nowMs: number): void {
    const newest = this.#feed?.decoder.received.newest ?? Number.NaN;
    this.#viewTick = Math.min(this.world.tick, newest);
    this.#lastInputMs = nowMs;
    this.#send(nowMs, this.link.channel === "websocket");
  }

  /** Round trip of the network; the last one known, 0 before the first. */
  get rttMs(): number {
    return this.#rttMs;
  }

  get jitterMs(): number {
    return this.#feed?.jitterMs ?? 0;
  }

  get interpolationDelayMs(): number {
    return this.#feed?.interpolationDelayMs ?? 0;
  }

  /** The newest tick of the server's that has arrived; 0 before the first. */
  get tick(): number {
    return Math.max(0, this.#feed?.decoder.received.newest ?? 0);
  }

  /** Share of the snapshots of the last five seconds that never came. */
  get lossPercent(): number {
    const nowMs = this.#now();
    const expected = this.#expected.recent(nowMs);
    return expected === 0 ? 0 : Math.max(0, 100 * (1 - this.#arrived.recent(nowMs) / expected));
  }

  #control(message: ControlMessage | undefined): void {
    if (message?.type === "welcome") this.#nextFeed = new SnapshotFeed(this.#wire, message);
    else if (message) this.#events.onControl(message);
  }

  #takeSnapshot(frame: Uint8Array, channel: ChannelKind): void {
    const nowMs = this.#now();
    const feed = this.#nextFeed ?? this.#feed;
    if (!feed) return;
    const { outcome, advancedTicks } = feed.take(frame, nowMs);
    if (outcome !== "applied" && outcome !== "late") return;
    this.#expected.add(advancedTicks, nowMs);
    this.#arrived.add(1, nowMs);
    const isNewLife = feed !== this.#feed;
    if (isNewLife) this.#begin(feed, nowMs);
    this.world.update(feed.decoder);
    this.#events.onArrival(feed.decoder.received.newest, channel);
    if (outcome === "late") return;
    this.stateChannel = channel;
    this.#adopt(feed, nowMs);
    if (isNewLife) this.#events.onLife();
    this.#events.onSnapshot();
    if (nowMs - this.#lastSentMs >= ACK_AFTER_MS) this.#send(nowMs, false);
  }

  #begin(feed: SnapshotFeed, nowMs: number): void {
    this.#feed = feed;
    this.#nextFeed = undefined;
    this.#viewTick = Number.NaN;
    this.world.clear();
    const carriedMs = MAX_CARRIED_MS - (nowMs - this.#lastInputMs);
    const kept = Math.max(0, 1 + Math.floor(carriedMs / this.#tickMs));
    this.inputs.restart(feed.decoder.epoch, feed.nextInput, kept);
  }

  /** Takes over what the newest snapshot says of the own player. */
  #adopt(feed: SnapshotFeed, nowMs: number): void {
    const { inputTick, inputDepth } = feed.decoder.header;
    const { self } = this.world;
    if (self) {
      // A snapshot without this record says that nothing has changed: the own state goes first in every budget.
      this.truth ??= {};
      writeFields(this.truth, self, self.fields);
    }
    this.inputs.confirm(inputTick);
    if (!Number.isNaN(feed.rttMs)) this.#rttMs = feed.rttMs;
    if (inputTick >= 0) this.#pacer.report(nowMs, inputDepth, this.#rttMs);
  }

  #send(nowMs: number, isOrdered: boolean): void {
    if (!this.#feed) return;
    this.#lastSentMs = nowMs;
    this.link.send(this.inputs.encode(nowMs, this.#feed.decoder.received, this.#viewTick, isOrdered));
  }
}
