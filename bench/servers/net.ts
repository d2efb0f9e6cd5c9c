// Bare `node:net`: WebSocket frames made by hand, nothing of a library in between. Usage: net.ts <scene as JSON> <bytes of a frame>
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { bareOptions } from "./bare-options.ts";
import { BareRooms } from "./bare-rooms.ts";
import { serveMeasured } from "./measured-server.ts";

/** The bed's clients all send the sample key of RFC 6455, so the answer is the RFC's own. */
const UPGRADED =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const BINARY = 0x82;
const MASK_BYTES = 4;

const { scene, frameBytes } = bareOptions();
const rooms = new BareRooms(scene.roomSize, scene.tickHz);
const server = createServer({ noDelay: true }, (socket) => new NetClient(socket));

/** One connection: upgraded with its first bytes, which come whole on a loopback, and from then on frames. */
class NetClient {
  newestInput = 0;
  readonly #socket: Socket;
  readonly #frame: Buffer;
  readonly #head: number;
  #rest: Buffer = Buffer.alloc(0);
  #remove: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#head = frameBytes < 126 ? 2 : 4;
    this.#frame = Buffer.alloc(this.#head + frameBytes);
    this.#frame[0] = BINARY;
    this.#frame[1] = Math.min(frameBytes, 126);
    if (this.#head === 4) this.#frame.writeUInt16BE(frameBytes, 2);
    socket.on("data", (bytes) => this.#take(bytes));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#remove?.());
  }

  sendTick(tick: number): void {
    this.#frame.writeUInt32LE(this.newestInput, this.#head);
    this.#frame.writeUInt32LE(tick, this.#head + 4);
    this.#socket.write(this.#frame);
  }

  #take(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const used = this.#remove ? this.#takeFrames(bytes) : this.#upgrade(bytes);
    this.#rest = bytes.subarray(used);
  }

  #upgrade(bytes: Buffer): number {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return 0;
    this.#socket.write(UPGRADED);
    this.#remove = rooms.add(this);
    return end + 4;
  }

  #takeFrames(bytes: Buffer): number {
    let at = 0;
    while (bytes.length - at >= 2 + MASK_BYTES) {
      const short = bytes[at + 1]! & 0x7f;
      const head = short === 126 ? 4 : 2;
      const length = short === 126 ? bytes.readUInt16BE(at + 2) : short;
      if (bytes.length - at < head + MASK_BYTES + length) break;
      const mask = bytes.subarray(at + head, at + head + MASK_BYTES);
      const payload = bytes.subarray(at + head + MASK_BYTES, at + head + MASK_BYTES + length);
      for (let index = 0; index < length; index++) payload[index] = payload[index]! ^ mask[index & 3]!;
      if (length >= 4) this.newestInput = payload.readUInt32LE(0);
      at += head + MASK_BYTES + length;
    }
    return at;
  }
}

server.listen(0, "127.0.0.1");
await once(server, "listening");
serveMeasured({
  port: (server.address() as AddressInfo).port,
  seats: async (count) => Array.from({ length: count }, () => ({})),
});
