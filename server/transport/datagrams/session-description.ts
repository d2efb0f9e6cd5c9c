// The two session descriptions of a connection: ours as a client may see it, and a client's reduced to what is needed.
// Grammar: RFC 8866 (SDP), RFC 8839 (ICE in SDP), RFC 8841 (data channels in SDP).
import { MAX_RECEIVED_BYTES } from "./datagram-channel.ts";

/** Where clients reach the port from outside. */
export interface PublicAddress {
  /** An IP address, not a name: browsers do not look names up here. */
  readonly host: string;
  readonly port: number;
}

const UFRAG = /^a=ice-ufrag:([A-Za-z0-9+/]{4,256})$/m;
const PASSWORD = /^a=ice-pwd:([A-Za-z0-9+/]{22,256})$/m;
const FINGERPRINT = /^a=fingerprint:sha-256 ((?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2})$/m;
const SETUP = /^a=setup:passive$/m;

/**
 * Our offer as it is sent.
 *
 * It asks the client to wait for our handshake (`setup:active`): a client that begins before its answer has reached us
 * loses its first packet and waits a second to repeat it. It names one address, the public one, when there is one; else
 * every address of this machine that the port is bound to. It asks for short messages.
 */
export function offerFor(sdp: string, publicAddress?: PublicAddress): string {
  const lines = sdp
    .split(/\r?\n/)
    .filter((line) => line !== "" && !(publicAddress && /^a=(end-of-)?candidate/.test(line)));
  const offer = lines.map((line) => {
    if (line.startsWith("a=setup:")) return "a=setup:active";
    if (line.startsWith("a=max-message-size:")) return `a=max-message-size:${MAX_RECEIVED_BYTES}`;
    if (line.startsWith("m=")) return line.replace(/^m=application \d+ /, "m=application 9 ");
    return line.startsWith("c=") ? "c=IN IP4 0.0.0.0" : line;
  });
  if (publicAddress) {
    offer.push(`a=candidate:1 1 UDP 2114977791 ${publicAddress.host} ${publicAddress.port} typ host`);
    offer.push("a=end-of-candidates");
  }
  return `${offer.join("\r\n")}\r\n`;
}

/**
 * A client's answer, written anew from the four values that matter, or `undefined` when one is missing or malformed.
 *
 * Nothing else of a stranger's text reaches the native parser. Above all no candidate does: the client's address is
 * learned from the authenticated packets it sends, so nobody can have us send packets, or look up names, of their choice.
 */
export function answerFrom(sdp: string): string | undefined {
  const text = sdp.replaceAll("\r", "");
  const ufrag = UFRAG.exec(text)?.[1];
  const password = PASSWORD.exec(text)?.[1];
  const fingerprint = FINGERPRINT.exec(text)?.[1];
  if (!ufrag || !password || !fingerprint || !SETUP.test(text)) return undefined;
  return [
    "v=0",
    "o=- 1 0 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "c=IN IP4 0.0.0.0",
    "a=mid:0",
    "a=ice-options:trickle",
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    `a=fingerprint:sha-256 ${fingerprint.toUpperCase()}`,
    "a=setup:passive",
    "a=sctp-port:5000",
    "a=max-message-size:65536",
    "",
  ].join("\r\n");
}
