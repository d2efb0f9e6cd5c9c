// A seat's datagram channel: opened in the background when the server offers one, asked for again when it is gone.
import { encodeControl } from "../../shared/netcode/index.ts";
import { type ClientDatagramChannel, type DatagramChannelOptions, openDatagramChannel } from "../datagram/index.ts";

/** After a channel that worked is gone, another is asked for this soon; ms. */
const ASK_AGAIN_MS = 1_000;
/**
 * Where none can be opened, the next try waits this long, and twice as long each time; ms. UDP may be blocked; but over a line that
 * loses a fifth of its packets, which needs the channel most, one handshake in four does not make it in time either.
 */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 600_000;

/** What the channel is opened with. */
export interface DatagramSeatOptions {
  /** The game server, as the WebSocket reached it. */
  readonly url: () => string;
  /** Sends a control message over the WebSocket. */
  readonly sendReliable: (frame: Uint8Array) => void;
  /** The channel is open. */
  readonly onChannel: (channel: ClientDatagramChannel) => void;
  /** Replaced in tests. */
  readonly open?: (options: DatagramChannelOptions) => Promise<ClientDatagramChannel | undefined>;
}

/** Opens what is offered, one channel at a time. Nothing of it is ever shown as an error: the game goes on without. */
export class DatagramSeat {
  readonly #options: DatagramSeatOptions;
  #attempt: AbortController | undefined;
  #channel: ClientDatagramChannel | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retryMs = FIRST_RETRY_MS;
  #isOver = false;

  constructor(options: DatagramSeatOptions) {
    this.#options = options;
  }

  /** The server offers a channel: what was tried or open before is given up for it. */
  async onOffer(ticket: string): Promise<void> {
    if (this.#isOver) return;
    this.#giveUp();
    const attempt = new AbortController();
    this.#attempt = attempt;
    const open = this.#options.open ?? openDatagramChannel;
    const channel = await open({ url: this.#options.url(), ticket, signal: attempt.signal });
    if (attempt.signal.aborted) return channel?.close();
    if (!channel) return this.#askLater(this.#nextRetry());
    this.#retryMs = FIRST_RETRY_MS;
    this.#channel = channel;
    channel.onClose(() => {
      if (this.#channel === channel) this.#askLater(ASK_AGAIN_MS);
    });
    this.#options.onChannel(channel);
  }

  /** The socket is gone, and the channel with it; the server offers another when the seat is taken again. */
  onDrop(): void {
    this.#giveUp();
  }

  /** The session is over. */
  close(): void {
    this.#isOver = true;
    this.#giveUp();
  }

  #nextRetry(): number {
    const waitMs = this.#retryMs;
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
    return waitMs;
  }

  #askLater(waitMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    this.#timer = setTimeout(() => this.#options.sendReliable(encodeControl({ type: "channel-request" })), waitMs);
  }

  #giveUp(): void {
    clearTimeout(this.#timer);
    this.#attempt?.abort();
    const channel = this.#channel;
    this.#channel = undefined;
    channel?.close();
  }
}
