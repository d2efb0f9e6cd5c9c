// A server, a client and two ways between them, in simulated time: for judging the channel policy.
import { seededRandom } from "../../../../shared/netcode/index.ts";
import { ChannelPolicy, type DatagramMode, type FastChannel, SILENCE_MS } from "../channel-policy.ts";

/** The link and the game. */
export interface TrialOptions {
  readonly mode?: DatagramMode;
  readonly tickHz?: number;
  readonly rttMs?: number;
  /** The round trip is within `rttMs ± jitterMs`. */
  readonly jitterMs?: number;
  /** Of packets each way, 0 to 1. */
  readonly loss?: number;
  readonly seed?: number;
  /** The client's ticks are this late after the server's; ms. */
  readonly phaseMs?: number;
}

/** TCP repeats a lost segment not before this; ms. RFC 6298 says 1 s, Linux 200 ms. */
const MIN_REPEAT_MS = 200;
/** Acks of so many of the last snapshots ride each input. */
const ACKS_AN_INPUT = 16;

/** Which ways are open for datagrams. */
export type Cut = "none" | "up" | "down" | "both";

/** A trial. Advance it with `run()`; change `link` and `cut` at any time. */
export class PolicyTrial {
  readonly policy: ChannelPolicy;
  readonly link: { rttMs: number; jitterMs: number; loss: number };
  /** What happens to datagrams. */
  cut: Cut = "none";
  /** Whether the client runs its game: a hidden page does not. */
  isClientPlaying = true;
  /** Every change of the channel that frames went by. */
  readonly changes: { readonly ms: number; readonly channel: FastChannel }[] = [];
  nowMs = 0;
  channel: FastChannel = "websocket";
  readonly #random: () => number;
  readonly #tickMs: number;
  readonly #events: { ms: number; run: () => void }[] = [];
  readonly #streamMs = { up: 0, down: 0 };
  readonly #sent = new Map<number, { ms: number; channel: FastChannel }>();
  readonly #received: number[] = [];
  #newest: { tick: number; channel: FastChannel } = { tick: -1, channel: "websocket" };
  #datagramHeardMs = Number.NEGATIVE_INFINITY;
  #tick = 0;

  constructor(options: TrialOptions = {}) {
    const { mode = "auto", tickHz = 30, rttMs = 80, jitterMs = 0, loss = 0, seed = 1, phaseMs = 7 } = options;
    this.policy = new ChannelPolicy(mode, tickHz);
    this.link = { rttMs, jitterMs, loss };
    this.#random = seededRandom(seed);
    this.#tickMs = 1_000 / tickHz;
    this.#at(0, () => this.#serverTick());
    this.#at(phaseMs, () => this.#clientTick());
  }

  /** Lets this much time pass. */
  run(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const next = this.#events[0];
      if (!next || next.ms > untilMs) break;
      this.#events.shift();
      this.nowMs = next.ms;
      next.run();
    }
    this.nowMs = untilMs;
  }

  #serverTick(): void {
    const tick = this.#tick++;
    const channel = this.policy.channel(this.nowMs);
    if (channel !== this.channel) this.changes.push({ ms: this.nowMs, channel });
    this.channel = channel;
    this.policy.onSent(this.nowMs, channel);
    this.#sent.set(tick, { ms: this.nowMs, channel });
    this.#carry("down", channel, () => this.#onSnapshot(tick, channel));
    if (channel === "websocket" && this.policy.isCopied(this.nowMs))
      this.#carry("down", "datagram", () => this.#onSnapshot(tick, "datagram"));
    if (this.policy.claimKeepAlive(this.nowMs))
      this.#carry("down", "datagram", () =>
        this.#carry("up", "datagram", () => {
          this.policy.onHeard(this.nowMs, "datagram");
          this.policy.onKeepAlive(this.nowMs);
        }),
      );
    this.#at(this.nowMs + this.#tickMs, () => this.#serverTick());
  }

  #clientTick(): void {
    if (this.isClientPlaying) {
      const isHeard = this.nowMs - this.#datagramHeardMs < SILENCE_MS;
      const channel = this.#newest.channel === "datagram" && isHeard ? "datagram" : "websocket";
      const acks = this.#received.slice(-ACKS_AN_INPUT);
      this.#carry("up", channel, () => this.#onInput(channel, acks));
    }
    this.#at(this.nowMs + this.#tickMs, () => this.#clientTick());
  }

  #onSnapshot(tick: number, channel: FastChannel): void {
    if (channel === "datagram") this.#datagramHeardMs = this.nowMs;
    if (tick > this.#newest.tick) this.#newest = { tick, channel };
    this.#received.push(tick);
    if (this.#received.length > ACKS_AN_INPUT) this.#received.shift();
  }

  #onInput(channel: FastChannel, acks: readonly number[]): void {
    this.policy.onHeard(this.nowMs, channel);
    for (const tick of acks) {
      const sent = this.#sent.get(tick);
      if (!sent) continue;
      this.#sent.delete(tick);
      this.policy.onAck(this.nowMs, { rttMs: this.nowMs - sent.ms, channel: sent.channel });
    }
  }

  #carry(way: "up" | "down", channel: FastChannel, arrive: () => void): void {
    const { rttMs, jitterMs, loss } = this.link;
    const isLost = this.#random() < loss;
    let ms = this.nowMs + rttMs / 2 + (this.#random() - 0.5) * jitterMs;
    if (channel === "datagram") {
      if (isLost || this.cut === way || this.cut === "both") return;
    } else {
      // In order: what comes after a lost segment waits for its repeat.
      if (isLost) ms += Math.max(MIN_REPEAT_MS, rttMs);
      ms = Math.max(ms, this.#streamMs[way]);
      this.#streamMs[way] = ms;
    }
    this.#at(ms, arrive);
  }

  #at(ms: number, run: () => void): void {
    let index = this.#events.length;
    while (index > 0 && this.#events[index - 1]!.ms > ms) index -= 1;
    this.#events.splice(index, 0, { ms, run });
  }
}
