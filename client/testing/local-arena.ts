// A small arena on a real Colyseus server, for the client's tests: by the clock, or tick by tick when the test says so.
import { type AuthContext, type Client, matchMaker, Room, Server, ServerError } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import {
  ArenaInput,
  ArenaState,
  Player,
  RECONNECTION_SECONDS,
  stepPlayer,
  TICK_HZ,
} from "../../shared/schema/arena/index.ts";

/** Inputs that one seat may have applied in one tick. */
const INPUTS_A_TICK = 3;

/** How the fixture's rooms behave; shared by all of them, reset by `LocalArena.start()`. */
interface Behaviour {
  /** True: ticks come from the test's `advance()`, not from the clock. */
  isManual: boolean;
  /** Throws to refuse a ticket. */
  admit: (ticket: string) => void;
  reconnectionSeconds: number;
}

let behaviour: Behaviour;

/** The arena's movement, and nothing else of its rules. */
export class LocalArenaRoom extends Room<{ state: ArenaState; input: ArenaInput }> {
  override state = new ArenaState();
  override inputs = this.defineInput(ArenaInput, { sanitize: { moveX: [-1, 1], moveY: [-1, 1] } });
  private readonly rewind = this.allowRewindState({ maxRewindMs: 250 });
  /** What each granted input said, and the server time it asks to be judged at, or 0. */
  readonly heard: { sessionId: string; input: ArenaInput; seenAtMs: number }[] = [];

  static override async onAuth(ticket: string, _options: unknown, _context: AuthContext): Promise<object> {
    behaviour.admit(ticket);
    return { ticket };
  }

  override onCreate(): void {
    this.rewind.attachAll(this.state.players, { fields: ["x", "y"], mode: "snapshot" });
    this.setFixedTimestep(() => {
      if (!behaviour.isManual) this.advance();
    }, TICK_HZ);
    this.patchRate = null;
    this.autoDispose = false;
  }

  override onJoin(client: Client): void {
    this.state.players.set(client.sessionId, new Player());
  }

  override onDrop(client: Client): void {
    this.allowReconnection(client, behaviour.reconnectionSeconds).catch(() => undefined);
  }

  override onLeave(client: Client): void {
    this.state.players.delete(client.sessionId);
  }

  /** Inputs of a seat that have arrived and were not applied yet. */
  waitingInputs(sessionId: string): number {
    return this.inputs.get(sessionId).size;
  }

  /** One tick: at most `inputsATick` of each seat's inputs, then one patch. */
  advance(inputsATick: number = INPUTS_A_TICK): void {
    if (behaviour.isManual) this.clock.tick();
    for (const [sessionId, player] of this.state.players) {
      const inputs = this.inputs.get(sessionId);
      for (let granted = 0; granted < inputsATick && inputs.size > 0; granted++) {
        const input = inputs.next();
        if (!input) break;
        stepPlayer(player, input, 1 / TICK_HZ);
        this.heard.push({ sessionId, input, seenAtMs: inputs.renderTime });
      }
    }
    this.state.tick += 1;
    this.broadcastPatch();
  }
}

/** A game server on a free port of this machine. One at a time in a process, as Colyseus has it. */
export class LocalArena {
  readonly behaviour: Behaviour;
  readonly #server: Server;
  readonly #transport: WebSocketTransport;

  private constructor(server: Server, transport: WebSocketTransport) {
    this.behaviour = behaviour;
    this.#server = server;
    this.#transport = transport;
  }

  static async start(): Promise<LocalArena> {
    behaviour = { isManual: false, admit: () => undefined, reconnectionSeconds: RECONNECTION_SECONDS };
    const transport = new WebSocketTransport();
    const server = new Server({ transport, greet: false, gracefullyShutdown: false });
    server.define("arena", LocalArenaRoom);
    await server.listen(0, "127.0.0.1");
    return new LocalArena(server, transport);
  }

  /** Where clients connect. */
  get endpoint(): string {
    const address = this.#transport.server?.address();
    if (typeof address !== "object" || address === null) throw new Error("The fixture's server does not listen.");
    return `ws://127.0.0.1:${address.port}`;
  }

  async createRoom(): Promise<LocalArenaRoom> {
    const { roomId } = await matchMaker.createRoom("arena", {});
    return matchMaker.getLocalRoomById(roomId) as LocalArenaRoom;
  }

  stop(): Promise<void> {
    return this.#server.gracefullyShutdown(false);
  }
}

/** What the game server throws at a bad ticket: our code first in the message. */
export function refusal(code: string, detail: string): ServerError {
  return new ServerError(401, `${code}: ${detail}`);
}
