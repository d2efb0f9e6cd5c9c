// Takes the frames that clients send all the time out of a WebSocket's byte stream, and leaves every other byte to a library.

/** RFC 6455, section 5.2: FIN and the opcode of a binary message; the mask bit and the length in the second byte. */
const WHOLE_BINARY = 0x82;
const FIN = 0x80;
const OPCODE_MASK = 0x0f;
const FIRST_CONTROL_OPCODE = 0x8;
const CLOSE_OPCODE = 0x8;
const MASKED = 0x80;
const LENGTH_MASK = 0x7f;
const MEDIUM_LENGTH = 126;
const SMALL_HEADER_BYTES = 6;
const MASK_BYTES = 4;

/** Where the two kinds of bytes go. */
export interface SplitFrames {
  /** A whole binary message of at most 125 bytes, unmasked. A view on what arrived: read it now or copy it. */
  onMessage(frame: Buffer): void;
  /** Bytes of any other frame, in order and without a gap: text, fragments, control frames, and what no client should send. */
  onRest(bytes: Buffer): void;
}

/**
 * Splits one connection's stream, in constant space: it holds back at most the beginning of one frame, 130 bytes. It judges
 * nothing; a frame that is not small, whole, binary and masked is the library's, and so is everything after a close frame.
 */
export class FrameSplitter {
  readonly #frames: SplitFrames;
  /** The beginning of a frame whose end has not arrived. */
  #begun: Buffer | undefined;
  /** Bytes that still belong to a frame of the library's. */
  #restBytes = 0;
  /** Between the first and the last fragment of a message: nothing else but control frames may come. */
  #isFragmented = false;
  #isOver = false;

  constructor(frames: SplitFrames) {
    this.#frames = frames;
  }

  /** Takes what arrived next, the first `length` bytes of `chunk`; it is unmasked in place, and nothing of it is kept. */
  push(chunk: Buffer, length: number = chunk.length): void {
    let bytes = chunk;
    let end = length;
    if (this.#begun) {
      bytes = Buffer.concat([this.#begun, chunk.subarray(0, length)]);
      end = bytes.length;
      this.#begun = undefined;
    }
    let at = 0;
    let restFrom = 0;
    while (at < end) {
      if (this.#restBytes > 0) {
        const taken = Math.min(this.#restBytes, end - at);
        this.#restBytes -= taken;
        at += taken;
        continue;
      }
      const size = this.#sizeAt(bytes, at, end);
      if (size === undefined) break;
      if (!this.#isSmall(bytes, at)) {
        this.#restBytes = size;
        this.#noteOther(bytes[at]!);
        continue;
      }
      if (at + size > end) break;
      this.#giveRest(bytes, restFrom, at);
      this.#frames.onMessage(unmasked(bytes, at, size));
      at += size;
      restFrom = at;
    }
    this.#giveRest(bytes, restFrom, at);
    if (at < end) this.#begun = Buffer.from(bytes.subarray(at, end));
  }

  #isSmall(bytes: Buffer, at: number): boolean {
    const second = bytes[at + 1]!;
    if (this.#isFragmented || this.#isOver) return false;
    return bytes[at] === WHOLE_BINARY && second >= MASKED && (second & LENGTH_MASK) < MEDIUM_LENGTH;
  }

  /** Bytes of the frame that begins at `at`, header and all; `undefined` while its header has not arrived whole. */
  #sizeAt(bytes: Buffer, at: number, end: number): number | undefined {
    const available = end - at;
    if (this.#isOver) return Number.POSITIVE_INFINITY;
    if (available < 2) return undefined;
    const second = bytes[at + 1]!;
    const maskBytes = second >= MASKED ? MASK_BYTES : 0;
    const length = second & LENGTH_MASK;
    if (length < MEDIUM_LENGTH) return 2 + maskBytes + length;
    const lengthBytes = length === MEDIUM_LENGTH ? 2 : 8;
    if (available < 2 + lengthBytes) return undefined;
    const long =
      lengthBytes === 2
        ? bytes.readUInt16BE(at + 2)
        : bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6);
    return 2 + lengthBytes + maskBytes + long;
  }

  #noteOther(first: number): void {
    const opcode = first & OPCODE_MASK;
    if (opcode === CLOSE_OPCODE) this.#isOver = true;
    else if (opcode < FIRST_CONTROL_OPCODE) this.#isFragmented = (first & FIN) === 0;
  }

  #giveRest(bytes: Buffer, from: number, to: number): void {
    if (to > from) this.#frames.onRest(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to));
  }
}

function unmasked(bytes: Buffer, at: number, size: number): Buffer {
  const mask = at + 2;
  const from = at + SMALL_HEADER_BYTES;
  const end = at + size;
  for (let index = from; index < end; index++) {
    bytes[index] = bytes[index]! ^ bytes[mask + ((index - from) & 3)]!;
  }
  return bytes.subarray(from, end);
}
