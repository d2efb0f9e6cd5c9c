// Where WebRTC comes from: the browser's own, or node-datachannel where that is installed.

/** The constructor, as browsers have it. */
export type PeerConnectionClass = typeof RTCPeerConnection;

/** A variable, so that bundlers for browsers leave the native library alone. */
const NODE_LIBRARY = "node-datachannel/polyfill";

/** WebRTC of this platform, or `undefined` where there is none. Never rejects. */
export async function findPeerConnection(): Promise<PeerConnectionClass | undefined> {
  if (typeof RTCPeerConnection === "function") return RTCPeerConnection;
  if (typeof process !== "object" || !process.versions?.node) return undefined;
  try {
    const library = (await import(/* @vite-ignore */ NODE_LIBRARY)) as { RTCPeerConnection: PeerConnectionClass };
    return library.RTCPeerConnection;
  } catch {
    return undefined; // Not installed, or not for this machine: a client without datagrams is a whole client.
  }
}
