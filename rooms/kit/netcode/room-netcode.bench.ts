// What the netcode of rooms costs a client and tick, without a network and without a game:
// `npm run bench -- netcode`, or node rooms/kit/netcode/room-netcode.bench.ts [rooms] [clients of each] [movers] [leave radius, 0 for none]
import type { Client } from "@colyseus/core";
import { GameWire, InputSender, ReceivedTicks, seededRandom } from "../../../shared/netcode/index.ts";
import { angle, grid, integer } from "../../../shared/schema/motion.ts";
import { RoomNetcode } from "./room-netcode.ts";
import type { SnapshotLink } from "./snapshot-seat.ts";

const TICK_HZ = 20;
const TICK_MS = 1000 / TICK_HZ;
const WARM_UP_TICKS = 100;
const MEASURED_TICKS = 400;
const HALF_SIZE = 200;
const MAX_SPEED = 4;
/** A client's newest acknowledged input, in ticks before the one that it sends. */
const CONFIRMED_AFTER = 2;

/** One client in so many answers after its next snapshot has left. */
const LATE_EVERY = 5;

/** The arena, the battle at two sizes, and the world of `npm run bench`. */
const SCENES: readonly (readonly [rooms: number, clients: number, movers: number, leaveRadius: number])[] = [
  [30, 16, 0, 0],
  [1, 200, 0, 0],
  [1, 400, 0, 0],
  [1, 300, 1_000, 40],
];

interface Walker {
  x: number;
  y: number;
  yaw: number;
  readonly speedX: number;
  readonly speedY: number;
}

/** A client that answers what it is sent, at once or a tick later. */
interface Peer {
  readonly sessionId: string;
  readonly received: ReceivedTicks;
  readonly sender: InputSender;
  readonly isLate: boolean;
  sentTick: number;
  frame: Uint8Array;
}

interface Room {
  readonly netcode: RoomNetcode<unknown>;
  readonly walkers: readonly Walker[];
  readonly peers: readonly Peer[];
}

/** What one tick of all rooms took. */
interface Spent {
  bytes: number;
  gatherMs: number;
  encodeMs: number;
  receiveMs: number;
}

const given = process.argv.slice(2).map(Number);
for (const scene of given.length === 4 ? [given as [number, number, number, number]] : SCENES) measure(...scene);

function measure(roomCount: number, clients: number, movers: number, leaveRadius: number): void {
  const random = seededRandom(1);
  const spent: Spent = { bytes: 0, gatherMs: 0, encodeMs: 0, receiveMs: 0 };
  const rooms = Array.from({ length: roomCount }, () => roomOf(random, clients, movers, leaveRadius, spent));
  const ticks: Spent[] = [];
  for (let tick = 0; tick < WARM_UP_TICKS + MEASURED_TICKS; tick++) {
    Object.assign(spent, { bytes: 0, gatherMs: 0, encodeMs: 0, receiveMs: 0 });
    for (const room of rooms) step(room, 1_000 + tick * TICK_MS, spent);
    if (tick >= WARM_UP_TICKS) ticks.push({ ...spent });
  }
  // The median tick: what else the machine does lengthens some ticks, and seldom half of them.
  const median = (what: keyof Spent): number => {
    const sorted = ticks.map((tick) => tick[what] / roomCount / clients).sort((one, other) => one - other);
    return sorted[sorted.length >>> 1]!;
  };
  const each = (what: keyof Spent): string => `${(1000 * median(what)).toFixed(2)} µs`;
  const sight = leaveRadius > 0 ? `sight ${leaveRadius} m` : "all see all";
  process.stdout.write(
    `${roomCount} x ${clients} clients, ${movers} movers, ${sight}: a client and tick ${each("gatherMs")} to gather and ` +
      `look, ${each("encodeMs")} to encode, ${each("receiveMs")} to receive; ${median("bytes").toFixed(0)} B a snapshot\n`,
  );
}

function roomOf(random: () => number, clients: number, movers: number, leaveRadius: number, spent: Spent): Room {
  const walkers = Array.from({ length: clients + movers }, () => walkerOf(random));
  const players = walkers.slice(0, clients);
  const others = walkers.slice(clients);
  const shown = { x: grid(-250, 128, 16), y: grid(-250, 128, 16), yaw: angle(8) };
  const exact = { x: grid(-250, 4096, 21), y: grid(-250, 4096, 21), yaw: angle(8) };
  const wire = new GameWire({
    motion: { players: shown, movers: shown },
    self: exact,
    input: { moveX: integer(-1, 1), moveY: integer(-1, 1), yaw: angle(8) },
    capacity: movers + 4 * clients,
  });
  const netcode = new RoomNetcode({
    wire,
    tickHz: TICK_HZ,
    sources: { players: () => players, movers: () => others },
    playerOf: (sessionId) => players[Number(sessionId)],
    ...(leaveRadius > 0 && { interest: { enter: 0.9 * leaveRadius, leave: leaveRadius } }),
  });
  const peers = players.map((_, index) =>
    seat(netcode, wire, index, (frame) => {
      spent.bytes += frame.length;
    }),
  );
  return { netcode, walkers, peers };
}

/** One tick of a room, and what its clients send after it. */
function step({ netcode, walkers, peers }: Room, nowMs: number, spent: Spent): void {
  for (const walker of walkers) walk(walker);
  spent.gatherMs += timed(() => netcode.commit());
  spent.encodeMs += timed(() => netcode.send(nowMs, () => true));
  for (const peer of peers) answer(peer, nowMs);
  spent.receiveMs += timed(() => {
    for (const { sessionId, frame } of peers) {
      const inputs = netcode.inputsOf(sessionId);
      inputs?.receive(frame, nowMs);
      while (inputs && inputs.size > 0) inputs.next();
    }
  });
}

function walkerOf(random: () => number): Walker {
  const within = (bound: number): number => (2 * random() - 1) * bound;
  return {
    x: within(HALF_SIZE),
    y: within(HALF_SIZE),
    yaw: within(Math.PI),
    speedX: within(MAX_SPEED),
    speedY: within(MAX_SPEED),
  };
}

/** Walks on, and comes in on the other side where it leaves. */
function walk(walker: Walker): void {
  walker.x = wrapped(walker.x + walker.speedX / TICK_HZ, HALF_SIZE);
  walker.y = wrapped(walker.y + walker.speedY / TICK_HZ, HALF_SIZE);
  walker.yaw = wrapped(walker.yaw + 1 / TICK_HZ, Math.PI);
}

function wrapped(value: number, bound: number): number {
  return value > bound ? value - 2 * bound : value < -bound ? value + 2 * bound : value;
}

function seat(
  netcode: RoomNetcode<unknown>,
  wire: GameWire,
  index: number,
  onSnapshot: (frame: Uint8Array) => void,
): Peer {
  const peer: Peer = {
    sessionId: String(index),
    received: new ReceivedTicks(),
    sender: new InputSender(wire.input, { epoch: 0 }),
    isLate: index % LATE_EVERY === 0,
    sentTick: -1,
    frame: new Uint8Array(),
  };
  const link: SnapshotLink = {
    sendReliable: () => undefined,
    onAcknowledged: () => undefined,
    sendFast: (frame, tick) => {
      onSnapshot(frame);
      peer.sentTick = tick;
    },
  };
  netcode.connect({ sessionId: peer.sessionId, link } as unknown as Client, true);
  return peer;
}

function answer(peer: Peer, nowMs: number): void {
  const { sender, received, sentTick, isLate } = peer;
  if (!isLate || sentTick > 0) received.add(isLate ? sentTick - 1 : sentTick);
  sender.push([1, 0, 1]);
  peer.frame = sender.encode(nowMs, received);
  sender.confirm(sender.newestTick - CONFIRMED_AFTER);
}

function timed(run: () => void): number {
  const startedAt = performance.now();
  run();
  return performance.now() - startedAt;
}
