// A game server's control port for tests: answers requests for seats as it is told to.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { GameServerHeartbeat } from "../../shared/schema/platform/index.ts";

/** How to answer a request for a seat; undefined leaves it without an answer. */
export type SeatAnswer = { status: number; body: unknown } | undefined;

/** A game server that remembers who asked it. */
export interface FakeGameServer {
  readonly controlUrl: string;
  /** The bodies and credentials of every request for a seat, in order. */
  readonly asked: { body: unknown; authorization: string | undefined }[];
  /** Changes the answer from now on. */
  answerWith(answer: () => SeatAnswer | Promise<SeatAnswer>): void;
  /** Its heartbeat, with fields to override. */
  heartbeat(overrides?: Partial<GameServerHeartbeat>): GameServerHeartbeat;
  close(): Promise<void>;
}

/** Starts it. It gives the room "room-1" to everybody until told otherwise. */
export async function startFakeGameServer(): Promise<FakeGameServer> {
  const asked: FakeGameServer["asked"] = [];
  let answer: () => SeatAnswer | Promise<SeatAnswer> = () => ({ status: 200, body: { roomId: "room-1" } });
  const server = createServer(async (request, response) => {
    asked.push({ body: JSON.parse(await text(request)), authorization: request.headers.authorization });
    const given = await answer();
    if (given === undefined) return;
    response.writeHead(given.status, { "Content-Type": "application/json" }).end(JSON.stringify(given.body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const controlUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    controlUrl,
    asked,
    answerWith: (next) => {
      answer = next;
    },
    heartbeat: (overrides = {}) => ({
      endpoint: "ws://localhost:2567",
      controlUrl,
      controlKey: "the-control-key-of-a-fake-game-server",
      modes: ["arena"],
      rooms: 0,
      players: 0,
      load: 0,
      freeSeats: {},
      isDraining: false,
      ...overrides,
    }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
