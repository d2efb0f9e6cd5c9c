// An RTCDataChannel as a datagram channel: a browser's, or node-datachannel's in Node.
import {
  type ClientDatagramChannel,
  KEEP_ALIVE_BYTE,
  MAX_BUFFERED_BYTES,
  MAX_DATAGRAM_BYTES,
} from "./client-datagram-channel.ts";

/** A channel that is open when it is constructed, and owns its peer connection. */
export class RtcDatagramChannel implements ClientDatagramChannel {
  readonly #connection: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  readonly #frameListeners: ((frame: Uint8Array) => void)[] = [];
  readonly #closeListeners: (() => void)[] = [];
  #isOpen = true;

  constructor(connection: RTCPeerConnection, channel: RTCDataChannel) {
    this.#connection = connection;
    this.#channel = channel;
    channel.binaryType = "arraybuffer";
    channel.addEventListener("message", ({ data }) => this.#take(data));
    channel.addEventListener("close", () => this.close());
    connection.addEventListener("connectionstatechange", () => {
      const { connectionState } = connection;
      // "disconnected" is a pause that may end; whoever chooses the channel has noticed it earlier anyway.
      if (connectionState === "failed" || connectionState === "closed") this.close();
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get bufferedBytes(): number {
    return this.#isOpen ? this.#channel.bufferedAmount : 0;
  }

  send(frame: Uint8Array): boolean {
    if (!this.#isOpen || frame.length === 0 || frame.length > MAX_DATAGRAM_BYTES) return false;
    try {
      if (this.#channel.bufferedAmount > MAX_BUFFERED_BYTES) return false;
      this.#channel.send(frame as Uint8Array<ArrayBuffer>);
      return true;
    } catch {
      return false; // It closed between the question and the send; its event is on the way.
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // Not from inside one of the native library's callbacks, which closing destroys.
    setTimeout(() => {
      this.#channel.close();
      this.#connection.close();
      for (const listener of this.#closeListeners) listener();
    }, 0);
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.#frameListeners.push(listener);
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener);
  }

  #take(data: unknown): void {
    if (!this.#isOpen || !(data instanceof ArrayBuffer)) return;
    const frame = new Uint8Array(data);
    if (frame.length === 1 && frame[0] === KEEP_ALIVE_BYTE) this.send(frame);
    else for (const listener of this.#frameListeners) listener(frame);
  }
}
