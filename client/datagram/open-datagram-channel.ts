// Opening the datagram channel in the background of a game that already runs: it comes, or it quietly does not.
import type { ClientDatagramChannel } from "./client-datagram-channel.ts";
import { findPeerConnection, type PeerConnectionClass } from "./peer-connection.ts";
import { RtcDatagramChannel } from "./rtc-datagram-channel.ts";
import { Signalling } from "./signalling.ts";

/** The first try, and one more: a lost packet of the handshake can cost the first. */
const ATTEMPTS = 2;
/** One try may take this long; a handshake that loses packets repeats them after one, two and four seconds more; ms. */
export const ATTEMPT_TIMEOUT_MS = 8_000;

const CANDIDATE_LINE = /^a=(candidate:.*|end-of-candidates)\r?\n/gm;
const CANDIDATE = /^a=(candidate:[^\r\n]*)/gm;

/** What the server told this client over its WebSocket. */
export interface DatagramChannelOptions {
  /** The game server, as the WebSocket reached it: `ws:`, `wss:`, `http:` or `https:`. */
  readonly url: string;
  /** The single-use channel ticket. */
  readonly ticket: string;
  /** Gives up, and leaves nothing behind. Does nothing once the channel is open. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a datagram channel. Resolves with `undefined` when there is none to be had: no WebRTC here, a refused ticket, UDP
 * blocked, or `signal`. It then has closed whatever it began, at the latest after twice `ATTEMPT_TIMEOUT_MS`. Never
 * rejects, and writes nothing to the console.
 */
export async function openDatagramChannel(options: DatagramChannelOptions): Promise<ClientDatagramChannel | undefined> {
  const PeerConnection = await findPeerConnection();
  let ticket: string | undefined = options.ticket;
  for (let attempt = 0; PeerConnection && ticket && attempt < ATTEMPTS; attempt++) {
    if (options.signal?.aborted) break;
    const timeout = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    const { channel, retryTicket } = await tryOnce(PeerConnection, options.url, ticket, signal);
    if (channel) return channel;
    ticket = retryTicket;
  }
  return undefined;
}

/** What one try came to. */
interface Outcome {
  readonly channel?: ClientDatagramChannel;
  readonly retryTicket?: string | undefined;
}

async function tryOnce(
  PeerConnection: PeerConnectionClass,
  url: string,
  ticket: string,
  signal: AbortSignal,
): Promise<Outcome> {
  let retryTicket: string | undefined;
  let connection: RTCPeerConnection | undefined;
  let giveBack = (): void => undefined;
  try {
    const signalling = new Signalling(url, ticket);
    const offer = await signalling.connect(signal);
    if (!offer) return {};
    retryTicket = offer.retryTicket;
    // A second try makes the server close the first by itself.
    if (!retryTicket) giveBack = () => signalling.close(offer.connectionId);
    connection = new PeerConnection({ iceServers: [] });
    const opening = opened(connection, signal);
    await answer(connection, signalling, offer, signal);
    const channel = await opening;
    if (channel) return { channel: new RtcDatagramChannel(connection, channel) };
  } catch {
    // Whatever it was (offline, aborted, an answer that was refused), the game goes on over the WebSocket.
  }
  connection?.close();
  giveBack();
  return { retryTicket };
}

/**
 * Answers the offer. The server's addresses are held back until it has the answer: it begins the handshake with the first
 * packet that it can authenticate, and on a short way that packet overtakes the answer's fingerprint, and the handshake
 * fails.
 */
async function answer(
  connection: RTCPeerConnection,
  signalling: Signalling,
  { connectionId, sdp }: { connectionId: string; sdp: string },
  signal: AbortSignal,
): Promise<void> {
  await connection.setRemoteDescription({ type: "offer", sdp: sdp.replaceAll(CANDIDATE_LINE, "") });
  const answer = await connection.createAnswer();
  await connection.setLocalDescription(answer);
  // Our addresses are nobody's business: the server learns the one it needs from our packets.
  const ours = (connection.localDescription?.sdp ?? "").replaceAll(CANDIDATE_LINE, "");
  if (!(await signalling.answer(connectionId, ours, signal))) throw new Error("The answer was refused.");
  for (const [, candidate] of sdp.matchAll(CANDIDATE)) {
    await connection.addIceCandidate({ candidate: candidate!, sdpMid: "0", sdpMLineIndex: 0 });
  }
}

/** The open data channel, or `undefined` when the connection fails or `signal` says so. Never rejects. */
function opened(connection: RTCPeerConnection, signal: AbortSignal): Promise<RTCDataChannel | undefined> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    connection.addEventListener("connectionstatechange", () => {
      const { connectionState } = connection;
      if (connectionState === "failed" || connectionState === "closed") resolve(undefined);
    });
    connection.addEventListener("datachannel", ({ channel }) => {
      if (channel.readyState === "open") resolve(channel);
      else channel.addEventListener("open", () => resolve(channel), { once: true });
    });
  });
}
