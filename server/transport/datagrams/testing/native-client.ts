// A client on the native library, without a browser and without our own client: what the server's tests talk to.
import { type DataChannel, PeerConnection } from "node-datachannel";
import { type DatagramServer, KEEP_ALIVE_BYTE } from "../datagram-channel.ts";
import type { TestClient } from "./test-client.ts";

const ROOT = "http://server/.wrtc/v2/connections";
const CANDIDATE = /^a=(candidate:.*)$/gm;

/** What a server offers for a ticket. */
export interface Offered {
  readonly id: string;
  readonly localDescription: { readonly sdp: string };
  readonly userData: { readonly retryTicket?: string };
}

/** One signalling request. */
export async function signal(
  server: DatagramServer,
  path: string,
  { ticket, body, address = "192.0.2.1" }: { ticket?: string; body?: BodyInit; address?: string } = {},
): Promise<Response> {
  const init = { method: "POST", headers: ticket ? { Authorization: `Bearer ${ticket}` } : {}, ...(body && { body }) };
  const answer = await server.handle(new Request(`${ROOT}${path}`, init), address);
  if (!answer) throw new Error(`${path} is not a signalling path.`);
  return answer;
}

/** A client whose channel is open. */
export class NativeClient implements TestClient {
  readonly frames: Uint8Array[] = [];
  readonly #connection: PeerConnection;
  readonly #channel: DataChannel;
  #isOpen = true;

  private constructor(connection: PeerConnection, channel: DataChannel) {
    this.#connection = connection;
    this.#channel = channel;
    channel.onClosed(() => {
      this.#isOpen = false;
    });
    channel.onMessage((message) => {
      const frame = message as Uint8Array;
      if (frame.length === 1 && frame[0] === KEEP_ALIVE_BYTE) this.send(frame);
      else this.frames.push(frame);
    });
  }

  /** Opens a channel. Rejects when signalling refuses, or when the handshake fails. */
  static async open(server: DatagramServer, ticket: string, address = "192.0.2.1"): Promise<NativeClient> {
    const offered = await signal(server, "", { ticket, address });
    if (!offered.ok) throw new Error(`No connection: ${offered.status}.`);
    const { id, localDescription } = (await offered.json()) as Offered;
    const connection = new PeerConnection("client", { iceServers: [] });
    const opened = opening(connection);
    const body = JSON.stringify({ type: "answer", sdp: await answerTo(connection, localDescription.sdp) });
    await signal(server, `/${id}/remote-description`, { ticket, body, address });
    // Not before the server has our answer: see the client's own adapter.
    for (const [, candidate] of localDescription.sdp.matchAll(CANDIDATE))
      connection.addRemoteCandidate(candidate!.trim(), "0");
    const channel = await opened;
    if (channel) return new NativeClient(connection, channel);
    connection.close();
    throw new Error("The handshake failed.");
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(message: Uint8Array | string): void {
    if (!this.#channel.isOpen()) return;
    if (typeof message === "string") this.#channel.sendMessage(message);
    else this.#channel.sendMessageBinary(Buffer.from(message));
  }

  close(): void {
    this.#isOpen = false;
    this.#channel.close();
    this.#connection.close();
  }
}

/** The answer to an offer. Nothing is sent to the server's address yet. */
export function answerTo(connection: PeerConnection, offer: string): Promise<string> {
  return new Promise((resolve) => {
    connection.onLocalDescription((sdp, type) => {
      if (type === "answer") resolve(sdp);
    });
    // As a hostile client would: without the server's bound on messages.
    const unbounded = offer.replace(/^a=max-message-size:\d+/m, "a=max-message-size:262144");
    connection.setRemoteDescription(unbounded.replaceAll(/^a=(candidate:.*|end-of-candidates)\r\n/gm, ""), "offer");
  });
}

function opening(connection: PeerConnection): Promise<DataChannel | undefined> {
  return new Promise((resolve) => {
    connection.onDataChannel((channel) => {
      if (channel.isOpen()) resolve(channel);
      else channel.onOpen(() => resolve(channel));
    });
    connection.onStateChange((state) => {
      if (state === "failed" || state === "closed" || state === "disconnected") resolve(undefined);
    });
  });
}
