// The real arena and real sessions without clocks and sockets: the test moves time, and says how long frames are under way.
import { ArenaRoom } from "../../rooms/arena/arena-room.ts";
import type { GameClient } from "../../rooms/kit/index.ts";
import { type BenchClient, type FrameQueue, RoomBench } from "../../rooms/kit/testing/index.ts";
import { GameWire } from "../../shared/netcode/index.ts";
import { type ArenaInput, type ArenaState, arena, type Player, TICK_HZ } from "../../shared/schema/arena/index.ts";
import type { GameRoom } from "../game-room.ts";
import { GameSession } from "../game-session.ts";
import type { ArenaSession } from "./frame-loop.ts";

const TICK_MS = 1000 / TICK_HZ;

/** What one applied input said, and where the room would have judged a shot at each other player. */
export interface HeardInput {
  readonly sessionId: string;
  readonly moveX: number;
  readonly moveY: number;
  readonly seenX: ReadonlyMap<string, number>;
}

/** An arena that notes what it applies. */
export class HeardArenaRoom extends ArenaRoom {
  readonly heard: HeardInput[] = [];

  protected override *inputsFor(sessionId: string): Iterable<ArenaInput> {
    for (const input of super.inputsFor(sessionId)) {
      const seen = this.seenBy(sessionId);
      const seenX = new Map([...this.state.players].map(([id, player]) => [id, seen.value(player, "x")]));
      this.heard.push({ sessionId, moveX: input.moveX, moveY: input.moveY, seenX });
      yield input;
    }
  }

  override onJoin(client: GameClient): void {
    super.onJoin(client);
    // Nobody is shot here; where players stand is the test's affair.
    Object.assign(this.state.players.get(client.sessionId)!, { x: 0, y: 0 });
  }
}

/** Ticks that frames of one session are under way. */
export interface Lag {
  up: number;
  down: number;
}

/** One session at the bench. */
export class BenchPlayer {
  readonly session: ArenaSession;
  readonly client: BenchClient<ArenaState>;
  readonly lag: Lag;
  readonly held: Pick<ArenaInput, "moveX" | "moveY" | "aim" | "fire"> = { moveX: 0, moveY: 0, aim: 0, fire: false };
  /** Called after each frame with the number of steps it ran. */
  onFrame: ((steps: number) => void) | undefined;
  /** Steps so far: inputs made, the first of which is number 0 of `heard`. */
  steps = 0;
  /** Says which frames never arrive. */
  losesUp: (frame: Uint8Array) => boolean = () => false;
  losesDown: (frame: Uint8Array) => boolean = () => false;
  readonly #up: DelayedQueue;
  readonly #down: DelayedQueue;

  constructor(client: BenchClient<ArenaState>, session: ArenaSession, lag: Lag) {
    this.client = client;
    this.session = session;
    this.lag = lag;
    this.#up = new DelayedQueue(client.uplink);
    this.#down = new DelayedQueue(client.downlink);
    const { transport, events } = client.room.connection;
    const send = transport.send.bind(transport);
    const receive = events.onmessage!;
    transport.send = (frame) => void (this.losesUp(frame) || send(frame));
    events.onmessage = (event) => void (this.losesDown(event.data) || receive(event));
  }

  frame(nowMs: number): void {
    const steps = this.session.tick(nowMs, (input) => Object.assign(input, this.held));
    this.steps += steps;
    this.onFrame?.(steps);
  }

  sendUp(): void {
    this.#up.deliver(this.lag.up);
  }

  sendDown(): void {
    this.#down.deliver(this.lag.down);
  }
}

/** A room, its players, and virtual time. */
export class ArenaBench {
  readonly bench: RoomBench<HeardArenaRoom, ArenaState>;
  readonly players: BenchPlayer[] = [];
  readonly random: () => number;
  nowMs = 0;

  private constructor(bench: RoomBench<HeardArenaRoom, ArenaState>, seed: number) {
    this.bench = bench;
    this.random = lcg(seed);
  }

  static async open(seed = 1): Promise<ArenaBench> {
    const options = { seed, fighters: 0 };
    return new ArenaBench(await RoomBench.open<HeardArenaRoom, ArenaState>(HeardArenaRoom, TICK_HZ, options), seed);
  }

  get room(): HeardArenaRoom {
    return this.bench.room;
  }

  /** Seats a session and runs the ticks until it knows its own player. */
  async join(name: string, lag: Lag = { up: 0, down: 0 }): Promise<BenchPlayer> {
    let session: ArenaSession | undefined;
    const client = await this.bench.join(name, {
      wire: new GameWire(arena.netcode!),
      onRoom: (room) => {
        const joined = room as unknown as GameRoom<ArenaState>;
        session = new GameSession({ room: joined, game: arena, playerId: name, linkSeed: 1, now: () => this.nowMs });
      },
    });
    const player = new BenchPlayer(client, session!, lag);
    this.players.push(player);
    for (let tick = 0; tick < 30 && !player.session.self; tick++) this.tick();
    return player;
  }

  /** The server's own player of a session. */
  truthOf({ session }: BenchPlayer): Player {
    return this.room.state.players.get(session.sessionId)!;
  }

  /** One tick of all ends, with frames at random instants in it; `press` is called before each frame. */
  tick(press: (player: BenchPlayer) => void = () => undefined): void {
    const startMs = this.nowMs;
    const frames = 1 + Math.floor(this.random() * 4);
    for (let frame = 1; frame <= frames; frame++) {
      this.nowMs = startMs + (frame * TICK_MS) / frames;
      for (const player of this.players) {
        press(player);
        player.frame(this.nowMs);
      }
    }
    for (const player of this.players) player.sendUp();
    this.bench.advance(1);
    for (const player of this.players) player.sendDown();
  }

  run(ticks: number, press?: (player: BenchPlayer) => void): void {
    for (let tick = 0; tick < ticks; tick++) this.tick(press);
  }

  /** Random keys, changed now and then: for `run`. */
  readonly pressAtRandom = ({ held }: BenchPlayer): void => {
    if (this.random() >= 0.1) return;
    const axis = (): -1 | 0 | 1 => (Math.floor(this.random() * 3) - 1) as -1 | 0 | 1;
    Object.assign(held, { moveX: axis(), moveY: axis(), aim: (this.random() * 2 - 1) * Math.PI });
  };

  close(): Promise<void> {
    return this.bench.close();
  }
}

/** Delivers the frames of a queue some ticks after they were sent. */
class DelayedQueue {
  readonly #queue: FrameQueue;
  /** Frames that set out in each tick and are under way, oldest tick first. */
  readonly #sent: number[] = [];

  constructor(queue: FrameQueue) {
    this.#queue = queue;
  }

  /** The end of a tick: delivers what set out `delayTicks` or more ticks ago. */
  deliver(delayTicks: number): void {
    const known = this.#sent.reduce((sum, count) => sum + count, 0);
    this.#sent.push(this.#queue.length - known);
    while (this.#sent.length > delayTicks) this.#queue.deliver(this.#sent.shift());
  }
}

function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
