// The way that replaceable frames take: inputs and acknowledgements, each of which the next one repeats.

/** Which channel carries what. */
export type ChannelKind = "websocket" | "datagram";

/** Sends frames that may be lost, doubled or overtaken. The bytes are the sender's again when `send` returns. */
export interface FastLink {
  readonly channel: ChannelKind;
  send(frame: Uint8Array): void;
}
