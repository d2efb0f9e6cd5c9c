// A WebSocket of `ws` with a short way for the frames of a game: small messages in, one write a turn out.
import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import { BareSocket } from "./bare-socket.ts";
import { FrameSplitter } from "./frame-splitter.ts";

/** RFC 6455, section 5.2: FIN and the opcode of a binary message; how longer lengths are said. */
const WHOLE_BINARY = 0x82;
const MEDIUM_LENGTH = 126;
const LONG_LENGTH = 127;
const LARGEST_SMALL = 125;
const LARGEST_MEDIUM = 0xffff;

/** What `ws` has beside its documented interface: its own end of the handshake, and the reader of the stream. */
interface Upgraded {
  setSocket(socket: Duplex, head: Buffer, options: object): void;
  readonly _receiver: EventEmitter & { write(chunk: Buffer): boolean };
}

/** Bytes that may wait for a client that reads too slowly; past this it is ended. */
const MAX_QUEUED_BYTES = 1024 * 1024;

type OnSent = (error?: Error) => void;

/** Sockets with something to send; they are flushed when the code that runs now is done. */
const waiting: LeanWebSocket[] = [];

/**
 * A `WebSocket` for the server's side, without compression. It keeps the library's handshake, limits, control frames and
 * events; what differs is what a game does all the time:
 *
 * - Small binary messages are read without the library's stream; everything else goes through it as before.
 * - Binary messages are copied and framed into one buffer, and all that one turn of the event loop sends to a client is one
 *   `write`, so one system call. What is sent with a callback, and pings and closes, keep their place in the order.
 */
export class LeanWebSocket extends WebSocket {
  /** Sees every message before any listener. False: no listener gets it. It reads the frame at once or copies it. */
  onFrame: ((frame: Buffer, isBinary: boolean, nowMs: number) => boolean) | undefined;
  /** When anything last arrived, by `performance.now()`; the heartbeat asks. */
  heardMs = performance.now();
  #socket: Duplex | undefined;
  #bare: BareSocket | undefined;
  readonly #frames: Buffer[] = [];
  #frameBytes = 0;

  /** Called by the library when the handshake is done. */
  setSocket(socket: Duplex, head: Buffer, options: object): void {
    (WebSocket.prototype as unknown as Upgraded).setSocket.call(this, socket, head, options);
    this.#socket = socket;
    const { _receiver: receiver } = this as unknown as Upgraded;
    const write = receiver.write.bind(receiver);
    let isReady = true;
    let isOver = false;
    const read = (bytes: Buffer, length = bytes.length): boolean => {
      this.heardMs = performance.now();
      isReady = true;
      splitter.push(bytes, length);
      return isReady;
    };
    this.#bare = BareSocket.open(socket, (bytes, length) => {
      if (!isOver && !read(bytes, length)) socket.pause();
    });
    const isShared = this.#bare !== undefined;
    const splitter = new FrameSplitter({
      onMessage: (frame) => {
        if (this.#passes(frame, true)) super.emit("message", isShared ? Buffer.from(frame) : frame, true);
      },
      onRest: (bytes) => {
        isReady = write(isShared ? Buffer.from(bytes) : bytes);
      },
    });
    // Where a socket cannot be read in place, the library hands every chunk to its receiver until the end.
    receiver.write = (chunk) => read(chunk);
    const end = (): void => {
      isOver = true;
    };
    receiver.once("conclude", end).once("error", end);
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === "message" && !this.#passes(args[0] as Buffer, args[1] !== false)) return true;
    return super.emit(event, ...args);
  }

  #passes(frame: Buffer, isBinary: boolean): boolean {
    return this.onFrame === undefined || this.onFrame(frame, isBinary, this.heardMs);
  }

  /**
   * Sends as `ws` does. A binary message without a callback is copied, so that its buffer may be used again at once, and
   * goes out with whatever else this turn sends. A client that reads too slowly is ended before what waits for it grows.
   */
  override send(data: string | Uint8Array, options?: object | OnSent, onSent?: OnSent): void {
    const hasCallback = typeof options === "function" || onSent !== undefined;
    if (hasCallback || !(data instanceof Uint8Array) || this.readyState !== WebSocket.OPEN) {
      this.flush();
      super.send(data, options as object, onSent);
      return;
    }
    const frame = framed(data);
    if (this.#frames.length === 0) {
      if (waiting.length === 0) queueMicrotask(flushAll);
      waiting.push(this);
    }
    this.#frames.push(frame);
    this.#frameBytes += frame.length;
    if (this.#frameBytes > MAX_QUEUED_BYTES) this.flush();
  }

  /** Writes what waits, now. */
  flush(): void {
    const frames = this.#frames;
    if (frames.length === 0) return;
    const bytes = frames.length === 1 ? frames[0]! : Buffer.concat(frames, this.#frameBytes);
    frames.length = 0;
    this.#frameBytes = 0;
    const socket = this.#socket;
    if (!socket?.writable) return;
    const bare = this.#bare;
    if ((bare ?? socket).writableLength > MAX_QUEUED_BYTES) this.terminate();
    else (bare ?? socket).write(bytes);
  }

  override ping(data?: unknown, mask?: boolean, onSent?: (error: Error) => void): void {
    this.flush();
    super.ping(data, mask, onSent);
  }

  override pong(data?: unknown, mask?: boolean, onSent?: (error: Error) => void): void {
    this.flush();
    super.pong(data, mask, onSent);
  }

  override close(code?: number, reason?: string | Buffer): void {
    this.flush();
    super.close(code, reason);
  }
}

function flushAll(): void {
  for (const socket of waiting) socket.flush();
  waiting.length = 0;
}

/** A copy of `data` as a whole binary message of the server's, header and all. */
function framed(data: Uint8Array): Buffer {
  const { length } = data;
  const headerBytes = length <= LARGEST_SMALL ? 2 : length <= LARGEST_MEDIUM ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame[0] = WHOLE_BINARY;
  if (headerBytes === 2) {
    frame[1] = length;
  } else if (headerBytes === 4) {
    frame[1] = MEDIUM_LENGTH;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LONG_LENGTH;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(data, headerBytes);
  return frame;
}
