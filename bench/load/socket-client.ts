// A WebSocket client without anything that a load generator can do without: one read buffer for all, frames as views, a zero mask.
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { Counters } from "./counters.ts";

/** The sample key of RFC 6455, section 1.3, and its answer: a bed that knows both ends needs no other. */
export const SAMPLE_KEY = "dGhlIHNhbXBsZSBub25jZQ==";
export const SAMPLE_ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

const READ_BUFFER_BYTES = 256 * 1024;
const MAX_FRAME_BYTES = 1024 * 1024;
const MASK_BYTES = 4;
const OPCODE = { binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;
const FINAL = 0x80;
const MASKED = 0x80;
/** Shared by all sockets: what comes in is used before the next read. */
const readBuffer = Buffer.allocUnsafe(READ_BUFFER_BYTES);

/** One connection. Subclasses say what frames mean. */
export abstract class SocketClient {
  readonly counters = new Counters();
  /** Where to connect with TLS, whatever port is asked for. The bed signs its certificates itself, so nothing is checked. */
  tlsPort: number | undefined;
  /** The address to connect from; one address has no more than some 28,000 ports to one server. */
  localAddress: string | undefined;
  #isLeaving = false;
  #onClosed: (() => void) | undefined;
  #socket: Socket | undefined;
  #isUpgraded = false;
  #rest: Buffer = Buffer.alloc(0);
  #onOpen: (() => void) | undefined;

  /** Connects, upgrades at `path`, and resolves when the upgrade is answered. Rejects when it is refused. */
  open(port: number, path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onOpen = resolve;
      const options = {
        port: this.tlsPort ?? port,
        host: "127.0.0.1",
        noDelay: true,
        ...(this.localAddress !== undefined && { localAddress: this.localAddress }),
        onread: {
          buffer: readBuffer,
          callback: (length: number) => {
            this.#read(readBuffer.subarray(0, length));
            return true;
          },
        },
      };
      const socket =
        this.tlsPort === undefined ? connect(options) : connectTls({ ...options, rejectUnauthorized: false });
      this.#socket = socket;
      const end = (reason: string): void => {
        this.#onClosed?.();
        if (this.#isLeaving) return;
        this.counters.fault(reason);
        reject(new Error(reason));
        this.onEnd(reason);
      };
      socket.on("error", (error) => end(`the socket failed: ${error.message}`));
      socket.on("close", () => end("the server closed the connection"));
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${SAMPLE_KEY}\r\n\r\n`,
      );
    });
  }

  /** Says goodbye with one frame, and resolves when the server has closed the connection. */
  leave(goodbye: Uint8Array): Promise<void> {
    this.#isLeaving = true;
    const closed = new Promise<void>((resolve) => {
      this.#onClosed = resolve;
    });
    this.sendFrame(goodbye);
    return closed;
  }

  /** Ends the connection at once. */
  protected drop(): void {
    this.#isLeaving = true;
    this.#socket?.destroy();
  }

  /** Sends one binary frame; the bytes are copied. */
  protected sendFrame(payload: Uint8Array): void {
    this.#write(OPCODE.binary, payload);
  }

  /** A whole frame of the server; the bytes are of use until this returns. */
  protected abstract onFrame(frame: Buffer): void;

  /** The connection has ended, and nobody asked for it. */
  protected onEnd(_reason: string): void {}

  #write(opcode: number, payload: Uint8Array): void {
    const { length } = payload;
    const head = length < 126 ? 2 : 4;
    const frame = Buffer.allocUnsafe(head + MASK_BYTES + length);
    frame[0] = FINAL | opcode;
    if (length < 126) {
      frame[1] = MASKED | length;
    } else {
      frame[1] = MASKED | 126;
      frame.writeUInt16BE(length, 2);
    }
    // A mask of zero is a mask: the payload stays as it is.
    frame.fill(0, head, head + MASK_BYTES);
    frame.set(payload, head + MASK_BYTES);
    this.#socket?.write(frame);
  }

  #read(chunk: Buffer): void {
    this.counters.bytes += chunk.length;
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    if (!this.#isUpgraded) {
      const end = bytes.indexOf("\r\n\r\n");
      if (end >= 0) this.#upgrade(bytes.toString("latin1", 0, end));
      bytes = end < 0 ? bytes : bytes.subarray(end + 4);
    }
    const used = this.#isUpgraded ? this.#frames(bytes) : 0;
    // The read buffer is everybody's, so what is not a whole frame yet is copied.
    this.#rest = used < bytes.length ? Buffer.from(bytes.subarray(used)) : Buffer.alloc(0);
  }

  #upgrade(head: string): void {
    if (!head.startsWith("HTTP/1.1 101") || !head.includes(SAMPLE_ACCEPT)) {
      this.#socket?.destroy(new Error(`the upgrade was answered ${head.slice(0, 40)}`));
      return;
    }
    this.#isUpgraded = true;
    this.#onOpen?.();
  }

  #answerClose(payload: Buffer): void {
    this.#write(OPCODE.close, payload);
    this.#socket?.end();
  }

  /** Takes all whole frames and says how many bytes they were. */
  #frames(bytes: Buffer): number {
    let at = 0;
    while (bytes.length - at >= 2) {
      const short = bytes[at + 1]!;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (bytes.length - at < head) break;
      const length = head === 2 ? short : head === 4 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
      if (length > MAX_FRAME_BYTES) throw new Error(`a frame of ${length} bytes: this is no server of the bed`);
      if (bytes.length - at < head + length) break;
      this.#frame(bytes[at]! & 0x0f, bytes.subarray(at + head, at + head + length));
      at += head + length;
    }
    return at;
  }

  #frame(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.binary) this.onFrame(payload);
    else if (opcode === OPCODE.ping) this.#write(OPCODE.pong, payload);
    else if (opcode === OPCODE.close && this.#isLeaving) this.#answerClose(payload);
    else if (opcode !== OPCODE.pong) this.counters.fault(`a frame with opcode ${opcode}`);
  }
}
