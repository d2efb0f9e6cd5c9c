// A cable between players and a game server that can be pulled out and put back.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Carries TCP connections to a port of this machine. Pulled, it drops what it carries and refuses what comes. */
export class Cable {
  /** Where connections go: a port of this machine. */
  targetPort = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isPulled = false;

  private constructor() {
    this.#server = createServer((near) => this.#carry(near));
  }

  static async lay(): Promise<Cable> {
    const cable = new Cable();
    cable.#server.listen(0, "127.0.0.1");
    await once(cable.#server, "listening");
    return cable;
  }

  /** Where players connect. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  pull(): void {
    this.#isPulled = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  putBack(): void {
    this.#isPulled = false;
  }

  async remove(): Promise<void> {
    this.pull();
    this.#server.close();
    await once(this.#server, "close");
  }

  #carry(near: Socket): void {
    if (this.#isPulled) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(this.targetPort, "127.0.0.1");
    near.pipe(far).pipe(near);
    this.#hold(near, far);
    this.#hold(far, near);
  }

  #hold(socket: Socket, other: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    // What becomes of a connection is said by its closing; an error only comes before it.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      this.#sockets.delete(socket);
      other.destroy();
    });
  }
}
