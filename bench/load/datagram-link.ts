// A load client's data channel, by node-datachannel alone: our signalling out, and what a browser would do with the answer.
import { request } from "node:http";
import { type DataChannel, PeerConnection, setSctpSettings } from "node-datachannel";
import { FrameKind } from "../../shared/netcode/index.ts";

/** A browser acknowledges every second packet, or after this long; ms. */
const BROWSER_SACK_MS = 200;
/** What signalling takes of one address is bounded; clients say that they come from so many of loopback's. */
const ADDRESSES = 64;
const OPEN_TIMEOUT_MS = 15_000;
const CANDIDATE_LINE = /^a=(candidate:.*|end-of-candidates)\r?\n/gm;
const CANDIDATE = /^a=(candidate:[^\r\n]*)/gm;
const CONNECTIONS = "/.wrtc/v2/connections";

/** Where and how a channel is opened. */
export interface DatagramLinkOptions {
  readonly port: number;
  /** Number of the client; decides the address that it comes from. */
  readonly index: number;
  /** The channel ticket, where the server asks for one. */
  readonly ticket?: string;
  readonly onFrame: (frame: Buffer) => void;
  /** The channel is gone, or could not be had. */
  readonly onFault: (what: string) => void;
}

/** An offer, as signalling gives it. */
interface Offer {
  readonly id: string;
  readonly localDescription: { readonly sdp: string };
  readonly userData?: { readonly retryTicket?: string };
}

/** An open data channel. It lives as long as its process. */
export class DatagramLink {
  readonly #channel: DataChannel;

  private constructor(channel: DataChannel, { onFrame, onFault }: DatagramLinkOptions) {
    this.#channel = channel;
    channel.onMessage((message) => {
      const frame = message as Buffer;
      if (frame.length === 1 && frame[0] === FrameKind.channel) channel.sendMessageBinary(frame);
      else onFrame(frame);
    });
    channel.onClosed(() => onFault("the data channel closed"));
  }

  /** Opens one. Tries again once with the ticket that the offer brings for it, as the client does. Rejects when neither opens. */
  static async open(options: DatagramLinkOptions): Promise<DatagramLink> {
    setSctpSettings({ delayedSackTime: BROWSER_SACK_MS });
    const { link, retryTicket, why } = await tryOnce(options, options.ticket);
    if (link) return new DatagramLink(link, options);
    const again = retryTicket === undefined ? undefined : await tryOnce(options, retryTicket);
    if (again?.link) return new DatagramLink(again.link, options);
    throw new Error(`no data channel: ${again?.why ?? why}`);
  }

  /** Sends one frame; the bytes are copied. False: the channel took none. */
  send(frame: Uint8Array): boolean {
    try {
      return this.#channel.sendMessageBinary(frame);
    } catch {
      return false; // It closed; its listener says so.
    }
  }
}

/** What one try came to. */
interface Try {
  readonly link?: DataChannel;
  readonly retryTicket?: string | undefined;
  readonly why?: string;
}

async function tryOnce({ port, index }: DatagramLinkOptions, ticket: string | undefined): Promise<Try> {
  const post = (path: string, body?: object): Promise<string> => postFrom(index, port, path, ticket, body);
  const { id, localDescription, userData } = JSON.parse(await post(CONNECTIONS)) as Offer;
  const retryTicket = userData?.retryTicket;
  const connection = new PeerConnection(`load-${index}`, { iceServers: [] });
  const opening = opened(connection);
  const { sdp } = localDescription;
  connection.setRemoteDescription(sdp.replaceAll(CANDIDATE_LINE, ""), "offer");
  const answer = connection.localDescription()?.sdp.replaceAll(CANDIDATE_LINE, "");
  await post(`${CONNECTIONS}/${id}/remote-description`, { type: "answer", sdp: answer });
  // Only now: the server's first packet must not overtake our fingerprint.
  for (const [, candidate] of sdp.matchAll(CANDIDATE)) connection.addRemoteCandidate(candidate!, "0");
  const link = await opening;
  if (typeof link !== "string") return { link, retryTicket };
  connection.close();
  return { retryTicket, why: link };
}

/** The open channel, or why there is none. */
function opened(connection: PeerConnection): Promise<DataChannel | string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(`not open in ${OPEN_TIMEOUT_MS} ms`), OPEN_TIMEOUT_MS);
    const settle = (outcome: DataChannel | string): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    connection.onStateChange((state) => {
      if (state === "failed" || state === "closed") settle(`the connection ${state}`);
    });
    connection.onDataChannel((channel) => settle(channel));
  });
}

/** Posts from an address of loopback that few clients share. */
function postFrom(
  index: number,
  port: number,
  path: string,
  ticket: string | undefined,
  body?: object,
): Promise<string> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const localAddress = `127.0.1.${1 + (index % ADDRESSES)}`;
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    ...(ticket !== undefined && { Authorization: `Bearer ${ticket}` }),
  };
  return new Promise((resolve, reject) => {
    const posted = request({ host: "127.0.0.1", port, path, method: "POST", localAddress, headers }, (response) => {
      let answer = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        answer += chunk;
      });
      response.on("end", () => {
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`signalling answered ${response.statusCode} ${answer.slice(0, 200)}`));
      });
    });
    posted.on("error", reject);
    posted.end(text);
  });
}
