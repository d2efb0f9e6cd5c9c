// Which channel one client's fast traffic takes: the cheap one while it serves, datagrams while only they do.
import { CALM_EXCESS_MS, LinkWatch } from "./link-watch.ts";

/** The two ways to a client. */
export type FastChannel = "websocket" | "datagram";

/** What a room or a deployment decided: by what the link shows, datagrams whenever they work, or never. */
export type DatagramMode = "auto" | "always" | "never";

/**
 * With datagrams chosen and nothing heard by them for this long, the channel is taken for dead; ms. A client sends inputs
 * every tick: four in a row are lost by chance once in 160,000 at 5 % loss. On top of half a round trip of 100 ms and a
 * tick of 50 it stays below the quarter of a second that a player may wait.
 */
export const SILENCE_MS = 140;
/**
 * The same for a datagram, and all after it, that nobody has acknowledged this long after the floor of the round trip; ms.
 * It notices what silence cannot: a way that is dead in our direction only.
 */
export const UNACKNOWLEDGED_MS = 120;
/**
 * On a link that loses or delays much, both are longer by its mean lateness and by this for each lost frame in a hundred,
 * up to a bound; ms. There a gap is not a death, and the WebSocket would be worse.
 */
const PATIENCE_PER_LOST_PERCENT_MS = 5;
export const MAX_PATIENCE_MS = 110;
/** A link better than this gets no patience: 250 ms are 250 ms. */
const LOSSY = 0.08;
/** Below 20 Hz both are longer, so that two losses are not a death: the quarter of a second is for rooms of 20 Hz and more. */
const MIN_SILENT_TICKS = 2.4;

/** After a fall-back datagrams rest for this long, doubled with each one soon after another; ms. */
export const FIRST_HOLD_MS = 250;
export const LONGEST_HOLD_MS = 4_000;
/** A fall-back this long after the last is the first again; ms. */
export const HOLD_MEMORY_MS = 10_000;
/** Keep-alives that must come back before a channel that fell silent is trusted again. */
export const PROOFS = 3;
/** A channel is known to work for this long after it has shown it; ms. */
export const PROOF_LIFE_MS = 2_500;
/** How often an idle channel is asked whether it works; ms. */
export const KEEP_ALIVE_MS = 1_000;
/** How often one that fell silent is asked at first, and at last; ms. */
export const FIRST_PROBE_MS = 50;
export const LAST_PROBE_MS = 1_000;
const PROBE_GROWTH = 1.25;
/** After a fall-back, frames go by both channels for this long: most falls are a run of bad luck and not a death; ms. */
export const COPY_MS = 1_000;

/** Without any sign of trouble for this long, traffic goes back to the WebSocket, which costs a quarter; ms. */
export const QUIET_MS = 30_000;
/** The same at most: it doubles each time the trouble returns within `QUIET_MEMORY_MS`. */
export const LONGEST_QUIET_MS = 600_000;
export const QUIET_MEMORY_MS = 300_000;

/** Snapshots and inputs a second when nobody says. */
const USUAL_TICK_HZ = 30;

/** An acknowledged frame. */
export interface AckedFrame {
  /** From sending it to hearing its acknowledgement. */
  readonly rttMs: number;
  /** By which channel the frame was sent; its acknowledgement may have come by the other. */
  readonly channel: FastChannel;
}

/** A rest of the datagram channel after it failed. */
interface Suspension {
  readonly beganMs: number;
  proofs: number;
  /** Whether the client has been heard since, by any channel: one that says nothing at all is not to be judged. */
  isClientAlive: boolean;
  nextProbeMs: number;
  probeIntervalMs: number;
}

/**
 * The choice for one client. Pure: time is an argument, in milliseconds of a steady clock, and never goes back.
 *
 * Ask `channel()` before each fast frame, and tell what happened: every frame sent, every frame acknowledged (each once;
 * those that one input acknowledges right after another), everything heard, every keep-alive answered.
 */
export class ChannelPolicy {
  readonly #mode: DatagramMode;
  readonly #link: LinkWatch;
  readonly #silenceMs: number;
  readonly #unacknowledgedMs: number;
  #isOpen = false;
  #channel: FastChannel = "websocket";
  #switches = 0;
  /** What the link calls for; the channel may not be able to. */
  #isWanted: boolean;
  #wantedMs = Number.NEGATIVE_INFINITY;
  #leftMs = Number.NEGATIVE_INFINITY;
  #quietMs = QUIET_MS;
  #provenMs = Number.NEGATIVE_INFINITY;
  #heardMs = Number.NEGATIVE_INFINITY;
  #askedMs = Number.NEGATIVE_INFINITY;
  /** Keep-alives that were asked for since the last answer. */
  #unanswered = 0;
  #suspension: Suspension | undefined;
  #failedMs = Number.NEGATIVE_INFINITY;
  #holdMs = FIRST_HOLD_MS;
  #heldUntilMs = Number.NEGATIVE_INFINITY;

  /** `tickHz` is how often snapshots and inputs are sent. */
  constructor(mode: DatagramMode, tickHz: number = USUAL_TICK_HZ) {
    const tickMs = 1_000 / tickHz;
    this.#mode = mode;
    this.#isWanted = mode === "always";
    this.#link = new LinkWatch(tickMs);
    this.#silenceMs = Math.max(SILENCE_MS, MIN_SILENT_TICKS * tickMs);
    this.#unacknowledgedMs = Math.max(UNACKNOWLEDGED_MS, MIN_SILENT_TICKS * tickMs);
  }

  /** How often the channel has changed. */
  get switches(): number {
    return this.#switches;
  }

  /** The least round trip of late, and how much later acks come on the whole; ms. */
  get link(): { readonly floorMs: number; readonly excessMs: number } {
    return this.#link;
  }

  /** A datagram channel has opened. Its handshake has just shown that it works. */
  onChannelOpen(nowMs: number): void {
    this.#isOpen = true;
    this.#suspension = undefined;
    this.#provenMs = nowMs;
    this.#askedMs = nowMs;
  }

  onChannelClosed(nowMs: number): void {
    if (this.#channel === "datagram") this.#fail(nowMs);
    this.#suspension = undefined;
    this.#isOpen = false;
  }

  /** A fast frame was sent. A copy counts for its own channel. */
  onSent(nowMs: number, channel: FastChannel): void {
    if (channel === "datagram" && this.#channel === "datagram") this.#link.datagrams.sent(nowMs);
  }

  /** A frame was acknowledged for the first time. */
  onAck(nowMs: number, { rttMs, channel }: AckedFrame): void {
    if (this.#suspension) this.#suspension.isClientAlive = true;
    if (channel === "websocket") this.#link.onStreamAck(nowMs, rttMs);
    else if (this.#channel === "datagram") this.#link.onDatagramAck(nowMs, rttMs);
  }

  /** Anything of the client's came by this channel. */
  onHeard(nowMs: number, channel: FastChannel): void {
    if (channel === "datagram") this.#heardMs = Math.max(this.#heardMs, nowMs);
    else if (this.#suspension) this.#suspension.isClientAlive = true;
  }

  /** A keep-alive has come back: both directions of the datagram channel work. */
  onKeepAlive(nowMs: number): void {
    this.#provenMs = nowMs;
    // With more than one on the way nobody knows which this is the answer to.
    if (this.#unanswered === 1) this.#link.onPathTime(nowMs, nowMs - this.#askedMs);
    this.#unanswered = 0;
    if (this.#suspension) this.#suspension.proofs += 1;
  }

  /** The channel for a fast frame that is sent now. */
  channel(nowMs: number): FastChannel {
    if (this.#mode === "never") return "websocket";
    if (this.#channel === "datagram" && this.#isDead(nowMs)) this.#fail(nowMs);
    if (this.#mode === "auto") this.#judge(nowMs);
    const next = this.#isWanted && this.#isUsable(nowMs) ? "datagram" : "websocket";
    if (next !== this.#channel) this.#switchTo(next, nowMs);
    return this.#channel;
  }

  /** Whether a frame that goes by the WebSocket now should go by the datagram channel too. */
  isCopied(nowMs: number): boolean {
    if (!this.#isOpen || !this.#suspension) return false;
    const isFresh = nowMs - this.#suspension.beganMs < COPY_MS;
    return isFresh || (this.#suspension.proofs > 0 && nowMs - this.#provenMs < LAST_PROBE_MS);
  }

  /** Whether a keep-alive is to be sent now. Asking is claiming it: the next one is due an interval later. */
  claimKeepAlive(nowMs: number): boolean {
    if (!this.#isOpen || this.#mode === "never" || this.#channel === "datagram") return false;
    const suspension = this.#suspension;
    if (nowMs < (suspension ? suspension.nextProbeMs : this.#askedMs + KEEP_ALIVE_MS)) return false;
    if (suspension) {
      suspension.nextProbeMs = nowMs + suspension.probeIntervalMs;
      suspension.probeIntervalMs = Math.min(LAST_PROBE_MS, suspension.probeIntervalMs * PROBE_GROWTH);
    }
    this.#askedMs = nowMs;
    this.#unanswered += 1;
    return true;
  }

  #isDead(nowMs: number): boolean {
    const { floorMs, datagrams } = this.#link;
    const patienceMs = this.#patienceMs();
    if (nowMs - this.#heardMs >= this.#silenceMs + patienceMs) return true;
    const { oldestMs } = datagrams;
    return oldestMs !== undefined && nowMs - oldestMs >= floorMs + this.#unacknowledgedMs + patienceMs;
  }

  #patienceMs(): number {
    const { lossRate, excessMs } = this.#link;
    const forLossMs = lossRate < LOSSY ? 0 : lossRate * 100 * PATIENCE_PER_LOST_PERCENT_MS;
    const forLatenessMs = excessMs < CALM_EXCESS_MS ? 0 : excessMs;
    return Math.min(MAX_PATIENCE_MS, forLossMs + forLatenessMs);
  }

  #isUsable(nowMs: number): boolean {
    if (!this.#isOpen || nowMs < this.#heldUntilMs) return false;
    if (this.#channel === "datagram") return true;
    const suspension = this.#suspension;
    if (suspension && (suspension.proofs < PROOFS || !suspension.isClientAlive)) return false;
    return nowMs - this.#provenMs < PROOF_LIFE_MS;
  }

  /** The datagram channel does not work: it rests, and has to prove itself. */
  #fail(nowMs: number): void {
    this.#link.sign(nowMs);
    const isSoon = nowMs - this.#failedMs < HOLD_MEMORY_MS + this.#holdMs;
    this.#holdMs = isSoon ? Math.min(LONGEST_HOLD_MS, this.#holdMs * 2) : FIRST_HOLD_MS;
    this.#failedMs = nowMs;
    this.#heldUntilMs = nowMs + this.#holdMs;
    this.#suspension = {
      beganMs: nowMs,
      proofs: 0,
      isClientAlive: false,
      nextProbeMs: nowMs,
      probeIntervalMs: FIRST_PROBE_MS,
    };
    this.#switchTo("websocket", nowMs);
  }

  /** What the link calls for. */
  #judge(nowMs: number): void {
    if (!this.#isWanted) {
      if (!this.#link.isTroubled(nowMs)) return;
      this.#isWanted = true;
      this.#wantedMs = nowMs;
      const isBack = nowMs - this.#leftMs < QUIET_MEMORY_MS;
      this.#quietMs = isBack ? Math.min(LONGEST_QUIET_MS, this.#quietMs * 2) : QUIET_MS;
    } else if (nowMs - Math.max(this.#link.lastSignMs, this.#wantedMs) >= this.#quietMs) {
      this.#isWanted = false;
      this.#leftMs = nowMs;
      this.#link.forgetStalls();
    }
  }

  #switchTo(channel: FastChannel, nowMs: number): void {
    if (channel === this.#channel) return;
    this.#channel = channel;
    this.#switches += 1;
    this.#link.datagrams.restart(nowMs);
    if (channel === "websocket") return;
    this.#suspension = undefined;
    // The client answers by the channel it is sent by: a round trip from now.
    this.#heardMs = nowMs + this.#link.floorMs;
  }
}
