// A TCP socket beneath its stream: reads into memory that all sockets share, and writes what fits at once without a queue.
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** What Node itself offers to read at once; bytes. */
const BUFFER_BYTES = 64 * 1024;

/** Every socket's bytes are dealt with before the next socket is read, so one buffer does for all. */
const shared = Buffer.allocUnsafeSlow(BUFFER_BYTES);

/** Node's own end of a socket, as far as it is used here. */
interface Handle {
  onread(this: Handle, bytes?: ArrayBuffer): void;
  useUserBuffer(buffer: Uint8Array): void;
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
}

/** A write that the system did not take whole at once; kept alive, with its bytes, until `oncomplete`. */
interface WriteRequest {
  oncomplete: ((status: number) => void) | undefined;
  buffer?: Uint8Array;
}

/** What Node's streams themselves use: how a read or a write went is left in `streamBaseState`. */
interface StreamWrap {
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

const wrap = streamWrap();
/** Made ahead for the next write, most of which need none. */
let spare: WriteRequest | undefined;

/**
 * A socket's short way in and out. Node's stream costs a game more than the system call it ends in: an object and a turn of
 * the queue for each few dozen bytes written, and a buffer of 64 KiB, cut down, for each read; `net.connect` has the option
 * `onread` against the latter, and accepted sockets do not.
 *
 * It stands on parts of Node that are not documented. `open` gives `undefined` where they are not to be had: another kind
 * of socket (TLS), or another Node than the one this was written for. The stream then does everything, as ever.
 */
export class BareSocket {
  readonly #socket: Socket;
  readonly #handle: Handle;
  /** Bytes that the system has not taken yet, and of which the stream does not know. */
  #ownQueuedBytes = 0;

  private constructor(socket: Socket, handle: Handle) {
    this.#socket = socket;
    this.#handle = handle;
  }

  /**
   * From now on what arrives at `socket` is given to `onBytes`, in place of its `data` event, as the first `length` bytes of
   * memory that the next call overwrites: whoever keeps bytes copies them. The end, errors, `pause` and `resume` stay the stream's.
   */
  static open(socket: Duplex, onBytes: (bytes: Buffer, length: number) => void): BareSocket | undefined {
    if (!wrap || !(socket instanceof Socket) || socket.constructor !== Socket) return undefined;
    const { _handle: handle } = socket as unknown as { _handle?: Partial<Handle> | null };
    const [buffer, callback] = ["kBuffer", "kBufferCb"].map((name) =>
      Object.getOwnPropertySymbols(socket).find((symbol) => symbol.description === name),
    );
    if (!handle?.useUserBuffer || !handle.writeBuffer || !handle.onread || !buffer || !callback) return undefined;
    const { streamBaseState: state, kReadBytesOrError } = wrap;
    const { onread } = handle;
    // The stream knows whether it reads by itself from its buffer: it is told the truth, and never asked.
    Object.assign(socket, { [buffer]: shared, [callback]: () => true });
    handle.useUserBuffer(shared);
    handle.onread = function read(bytes) {
      const length = state[kReadBytesOrError]!;
      if (length > 0 && !socket.destroyed) onBytes(shared, length);
      else onread.call(this, bytes);
    };
    return new BareSocket(socket, handle as Handle);
  }

  /** Bytes that wait for a peer which reads too slowly. */
  get writableLength(): number {
    return this.#ownQueuedBytes + this.#socket.writableLength;
  }

  /**
   * Writes `bytes`, which must not change afterwards: straight to the system while nothing waits, through the stream, and so
   * in order, while something does. A write that fails destroys the socket.
   */
  write(bytes: Uint8Array): void {
    const socket = this.#socket;
    const handle = this.#handle;
    if (socket.writableLength > 0 || socket.writableEnded || socket.destroyed) {
      socket.write(bytes);
      return;
    }
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = wrap!;
    spare ??= new WriteWrap();
    const request = spare;
    const error = handle.writeBuffer(request, bytes);
    if (error !== 0) {
      socket.destroy(new Error(`The socket could not be written (${error}).`));
      return;
    }
    if (streamBaseState[kLastWriteWasAsync] === 0) return;
    spare = undefined;
    request.buffer = bytes;
    this.#ownQueuedBytes += bytes.length;
    request.oncomplete = (status) => {
      this.#ownQueuedBytes -= bytes.length;
      if (status < 0 && !socket.destroyed) socket.destroy(new Error(`The socket could not be written (${status}).`));
    };
  }
}

/** Node's own binding, if this Node still has it and it looks as it did. */
function streamWrap(): StreamWrap | undefined {
  try {
    const { binding } = process as unknown as { binding(name: string): Partial<StreamWrap> };
    const found = binding.call(process, "stream_wrap");
    const isWhole =
      typeof found.WriteWrap === "function" &&
      found.streamBaseState instanceof Int32Array &&
      typeof found.kReadBytesOrError === "number" &&
      typeof found.kLastWriteWasAsync === "number";
    return isWhole ? (found as StreamWrap) : undefined;
  } catch {
    return undefined; // Another Node may not have it at all.
  }
}
