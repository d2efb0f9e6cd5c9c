// The receiving end of a TCP flow: holds what came early, hands over in order, and remembers what it has to acknowledge.

/** What arrives in order at the receiving end: the opening, so many bytes, or the end of the stream. */
export type TcpArrival =
  | { readonly kind: "open" }
  | { readonly kind: "data"; readonly bytes: number }
  | { readonly kind: "end" };

/** Puts segments in order. It holds no more than the sender's window. */
export class TcpReceiver {
  readonly #deliver: (arrival: TcpArrival, nowMs: number) => void;
  readonly #held = new Map<number, TcpArrival>();
  #nextIndex = 0;
  /** Indices in the order they arrived; an acknowledgement is how far in this list the receiver had come. */
  #received: number[] = [];
  #receivedBase = 0;

  /** Hands over to `deliver`, in order. */
  constructor(deliver: (arrival: TcpArrival, nowMs: number) => void) {
    this.#deliver = deliver;
  }

  /** Takes a segment, a repeated one too, and gives what its acknowledgement says: how many different ones came so far. */
  receive(index: number, arrival: TcpArrival, nowMs: number): number {
    if (index >= this.#nextIndex && !this.#held.has(index)) {
      this.#held.set(index, arrival);
      this.#received.push(index);
    }
    let next = this.#held.get(this.#nextIndex);
    while (next !== undefined) {
      this.#held.delete(this.#nextIndex);
      this.#nextIndex += 1;
      this.#deliver(next, nowMs);
      next = this.#held.get(this.#nextIndex);
    }
    return this.#receivedBase + this.#received.length;
  }

  /** The segments an acknowledgement names that no earlier one named, in the order they arrived. */
  acknowledged(receivedCount: number): readonly number[] {
    const fresh = this.#received.splice(0, Math.max(0, receivedCount - this.#receivedBase));
    this.#receivedBase += fresh.length;
    return fresh;
  }
}
