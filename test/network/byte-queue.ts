// The bytes of a stream that are on their way: pushed as they were read, taken in the amounts the model delivers.

/** Bytes in order, each chunk with the time it came. Whoever pushes has to bound it. */
export class ByteQueue {
  #chunks: { bytes: Buffer; readonly pushedMs: number }[] = [];
  #length = 0;

  /** How many bytes wait. */
  get length(): number {
    return this.#length;
  }

  /** Adds `bytes` to the end. */
  push(bytes: Buffer, nowMs: number): void {
    if (bytes.length === 0) return;
    this.#chunks.push({ bytes, pushedMs: nowMs });
    this.#length += bytes.length;
  }

  /** Takes the first `count` bytes, with the time the oldest of them came. Throws when there are not so many. */
  take(count: number): { readonly bytes: Buffer; readonly pushedMs: number } {
    const first = this.#chunks[0];
    if (first === undefined || count > this.#length)
      throw new Error(`Only ${this.#length} of ${count} bytes are here.`);
    const parts: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      const chunk = this.#chunks[0]!;
      const part = chunk.bytes.subarray(0, missing);
      parts.push(part);
      missing -= part.length;
      if (part.length === chunk.bytes.length) this.#chunks.shift();
      else chunk.bytes = chunk.bytes.subarray(part.length);
    }
    this.#length -= count;
    return { bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts), pushedMs: first.pushedMs };
  }

  /** Forgets every byte. */
  clear(): void {
    this.#chunks = [];
    this.#length = 0;
  }
}
