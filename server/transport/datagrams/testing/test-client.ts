// A client's end of a datagram channel, as the tests of servers use it.

/** The client of one channel. It answers keep-alives by itself. */
export interface TestClient {
  readonly isOpen: boolean;
  /** Everything that came but keep-alives, oldest first. */
  readonly frames: Uint8Array[];
  /** Sends whatever a client could send, text too. */
  send(message: Uint8Array | string): void;
  close(): void;
}
