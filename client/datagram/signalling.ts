// The client's half of signalling: three requests of geckos.io's protocol, each with the channel ticket.

/** A server's offer. */
export interface Offer {
  readonly connectionId: string;
  readonly sdp: string;
  /** A ticket for one more try, should this one fail. */
  readonly retryTicket: string | undefined;
}

/** The signalling of one connection. */
export class Signalling {
  readonly #root: string;
  readonly #ticket: string;

  /** `url` is the game server's, `ws:` or `http:`; its path does not matter. Throws when it is no URL. */
  constructor(url: string, ticket: string) {
    const root = new URL("/.wrtc/v2/connections", url);
    root.protocol = root.protocol.replace("ws", "http");
    this.#root = root.href;
    this.#ticket = ticket;
  }

  /** Uses the ticket up for an offer. `undefined` when it is refused; rejects when the server cannot be reached. */
  async connect(signal: AbortSignal): Promise<Offer | undefined> {
    const answer = await this.#post("", { signal });
    if (!answer.ok) return undefined;
    const { id, localDescription, userData } = (await answer.json()) as {
      id?: unknown;
      localDescription?: { sdp?: unknown };
      userData?: { retryTicket?: unknown };
    };
    const sdp = localDescription?.sdp;
    if (typeof id !== "string" || typeof sdp !== "string") return undefined;
    const retryTicket = userData?.retryTicket;
    return { connectionId: id, sdp, retryTicket: typeof retryTicket === "string" ? retryTicket : undefined };
  }

  /** Gives our answer to the offer. False when it is refused; rejects when the server cannot be reached. */
  async answer(connectionId: string, sdp: string, signal: AbortSignal): Promise<boolean> {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ type: "answer", sdp });
    return (await this.#post(`/${connectionId}/remote-description`, { signal, headers, body })).ok;
  }

  /** Tells the server that the connection is not needed any more. Does not wait, and it does not matter if it fails. */
  close(connectionId: string): void {
    this.#post(`/${connectionId}/close`, { keepalive: true }).catch(() => undefined); // The server notices by itself.
  }

  #post(path: string, init: RequestInit): Promise<Response> {
    return fetch(this.#root + path, {
      ...init,
      method: "POST",
      headers: { ...init.headers, Authorization: `Bearer ${this.#ticket}` },
    });
  }
}
