// A TCP proxy that a test can cut, hold and mend: the network between the platform and what it depends on.
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, Socket } from "node:net";

/** Stands between a client and a real server. */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #targetHost: string;
  readonly #targetPort: number;
  readonly #sockets = new Set<Socket>();
  #mode: "open" | "cut" | "silent" = "open";

  private constructor(server: Server, targetHost: string, targetPort: number) {
    this.#server = server;
    this.#targetHost = targetHost;
    this.#targetPort = targetPort;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (socket) => this.#accept(socket));
  }

  /** Listens on a free port in front of the server of `url`; `defaultPort` is for a URL without one. */
  static async before(url: string, defaultPort: number): Promise<{ proxy: TcpProxy; url: string }> {
    const target = new URL(url);
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new TcpProxy(server, target.hostname, Number(target.port || defaultPort));
    const through = new URL(url);
    through.hostname = "127.0.0.1";
    through.port = String(proxy.port);
    return { proxy, url: through.toString() };
  }

  /** Ends every connection, and every new one at once. */
  cut(): void {
    this.#mode = "cut";
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Keeps every connection, and lets nothing through: the failure that only a time limit finds. */
  silence(): void {
    this.#mode = "silent";
    for (const socket of this.#sockets) socket.pause();
  }

  /** Lets new connections through. Those held in silence are ended, as a network forgets them. */
  mend(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#mode = "open";
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(client: Socket): void {
    if (this.#mode === "cut") {
      client.destroy();
      return;
    }
    this.#keep(client);
    if (this.#mode === "silent") {
      client.pause();
      return;
    }
    const upstream = new Socket().connect(this.#targetPort, this.#targetHost);
    this.#keep(upstream);
    client.on("data", (bytes) => upstream.write(bytes));
    upstream.on("data", (bytes) => client.write(bytes));
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }
}
