// A game port with signalling on it and nothing else: datagrams between our two adapters, without a game.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { cors } from "hono/cors";
import {
  type GeckosDatagrams,
  type GeckosDatagramsOptions,
  openGeckosDatagrams,
} from "../../server/transport/datagrams/geckos-datagrams.ts";

/** A served datagram port of this process; it echoes every frame. */
export class DatagramPort {
  readonly datagrams: GeckosDatagrams;
  /** Requests that came to the signalling paths, and how they were answered. */
  readonly requests: { method: string; path: string; status: number }[] = [];
  readonly #http: Server;

  private constructor(datagrams: GeckosDatagrams, page: string | undefined) {
    this.datagrams = datagrams;
    datagrams.onChannel((_, channel) => channel.onFrame((frame) => channel.send(frame)));
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.use(cors());
    app.all("/.wrtc/v2/*", async (context) => {
      const address = context.env.incoming.socket.remoteAddress ?? "";
      const answer = await datagrams.handle(context.req.raw, address);
      if (!answer) return context.notFound();
      this.requests.push({ method: context.req.method, path: context.req.path, status: answer.status });
      // Not the bare response: that would lose the cross-origin headers.
      return context.newResponse(answer.body, answer);
    });
    app.get("/", (context) => context.html(page ?? ""));
    this.#http = createServer(getRequestListener(app.fetch));
  }

  static async open(options: Partial<GeckosDatagramsOptions> = {}, page?: string): Promise<DatagramPort> {
    const datagrams = await openGeckosDatagrams({ port: 0, host: "127.0.0.1", ...options });
    const port = new DatagramPort(datagrams, page);
    await new Promise<void>((resolve) => port.#http.listen(0, "127.0.0.1", resolve));
    return port;
  }

  /** What a client is told. */
  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await this.datagrams.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}
