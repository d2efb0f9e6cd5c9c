// What the netcode of rooms costs a client and tick, without a network and without a game:
// `npm run bench -- netcode`, or node rooms/kit/netcode/room-netcode.bench.ts [clients] [movers] [leave radius, 0 for none]
import type { Client } from "@colyseus/core";
import { GameWire, InputSender, ReceivedTicks, seededRandom } from "../../../shared/netcode/index.ts";
import { angle, grid, integer } from "../../../shared/schema/motion.ts";
import { RoomNetcode } from "./room-netcode.ts";

const TICK_HZ = 20;
const TICK_MS = 1000 / TICK_HZ;
const WARM_UP_TICKS = 100;
const MEASURED_TICKS = 400;
const HALF_SIZE = 200;
const MAX_SPEED = 4;
/** A client's newest acknowledged input, in ticks before the one that it sends. */
const CONFIRMED_AFTER = 2;

const SCENES: readonly (readonly [clients: number, movers: number, leaveRadius: number])[] = [
  [16, 0, 0],
  [200, 0, 0],
  [300, 1_000, 40],
];

interface Walker {
  x: number;
  y: number;
  yaw: number;
  readonly speedX: number;
  readonly speedY: number;
}

/** A client that has everything it is sent at once. */
interface Peer {
  readonly sessionId: string;
  readonly received: ReceivedTicks;
  readonly sender: InputSender;
  frame: Uint8Array;
}

const given = process.argv.slice(2).map(Number);
for (const scene of given.length === 3 ? [given as [number, number, number]] : SCENES) measure(...scene);

function measure(clients: number, movers: number, leaveRadius: number): void {
  const random = seededRandom(1);
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
  let bytes = 0;
  const peers = players.map((_, index) =>
    seat(netcode, wire, String(index), (frame) => {
      bytes += frame.length;
    }),
  );
  const spentMs = { gather: 0, encode: 0, receive: 0 };
  let nowMs = 1_000;
  for (let tick = 0; tick < WARM_UP_TICKS + MEASURED_TICKS; tick++) {
    if (tick === WARM_UP_TICKS) {
      Object.assign(spentMs, { gather: 0, encode: 0, receive: 0 });
      bytes = 0;
    }
    for (const walker of walkers) walk(walker);
    spentMs.gather += timed(() => netcode.commit());
    spentMs.encode += timed(() => netcode.send(nowMs, () => true));
    for (const peer of peers) answer(peer, nowMs);
    spentMs.receive += timed(() => {
      for (const { sessionId, frame } of peers) {
        netcode.inputsOf(sessionId)?.receive(frame, nowMs);
        const inputs = netcode.inputsOf(sessionId);
        while (inputs && inputs.size > 0) inputs.next();
      }
    });
    nowMs += TICK_MS;
  }
  const each = (ms: number): string => `${((1000 * ms) / MEASURED_TICKS / clients).toFixed(2)} µs`;
  const scene = `${clients} clients, ${movers} movers, ${leaveRadius > 0 ? `sight ${leaveRadius} m` : "all see all"}`;
  process.stdout.write(
    `${scene}: a client and tick ${each(spentMs.gather)} to gather and look, ${each(spentMs.encode)} to encode, ` +
      `${each(spentMs.receive)} to receive; ${(bytes / MEASURED_TICKS / clients).toFixed(0)} B a snapshot\n`,
  );
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
  sessionId: string,
  onSnapshot: (frame: Uint8Array) => void,
): Peer {
  const received = new ReceivedTicks();
  const client = {
    sessionId,
    sendReliable: () => undefined,
    onAcknowledged: () => undefined,
    sendFast: (frame: Uint8Array, tick: number) => {
      onSnapshot(frame);
      received.add(tick);
    },
  };
  netcode.connect(client as unknown as Client, true);
  return { sessionId, received, sender: new InputSender(wire.input, { epoch: 0 }), frame: new Uint8Array() };
}

function answer(peer: Peer, nowMs: number): void {
  const { sender, received } = peer;
  sender.push([1, 0, 1]);
  peer.frame = sender.encode(nowMs, received);
  sender.confirm(sender.newestTick - CONFIRMED_AFTER);
}

function timed(run: () => void): number {
  const startedAt = performance.now();
  run();
  return performance.now() - startedAt;
}
