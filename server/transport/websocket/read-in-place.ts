// Reading sockets into one buffer that all of them share, rather than into a new one for each of a few dozen bytes.
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** What Node itself offers to read at once; bytes. */
const BUFFER_BYTES = 64 * 1024;

/** Every socket's bytes are dealt with before the next socket is read, so one buffer does for all. */
const shared = Buffer.allocUnsafeSlow(BUFFER_BYTES);

/** The parts of a socket that its `onread` option sets, which there is no other way to set on one that was accepted. */
interface Handle {
  useUserBuffer?(buffer: Uint8Array): void;
}

/**
 * From now on what arrives at `socket` is given to `onBytes`, in place of its `data` event, as a view on memory that the next
 * call overwrites: whoever keeps bytes copies them. Node makes a buffer of 64 KiB for each read and cuts it down, which costs a seventh of the reading and keeps the
 * collector busy; `net.connect` has the option `onread` against it, and accepted sockets do not.
 *
 * False when that is not to be had: another kind of socket (TLS), or another Node than the one this was written for. Then
 * nothing has changed.
 */
export function readInPlace(socket: Duplex, onBytes: (bytes: Buffer) => void): boolean {
  if (!(socket instanceof Socket) || socket.constructor !== Socket) return false;
  const { _handle: handle } = socket as unknown as { _handle?: Handle | null };
  const [buffer, callback] = ["kBuffer", "kBufferCb"].map((name) =>
    Object.getOwnPropertySymbols(socket).find((symbol) => symbol.description === name),
  );
  if (!handle?.useUserBuffer || !buffer || !callback) return false;
  const onRead = (length: number): boolean => {
    onBytes(shared.subarray(0, length));
    return true;
  };
  Object.assign(socket, { [buffer]: shared, [callback]: onRead });
  handle.useUserBuffer(shared);
  return true;
}
