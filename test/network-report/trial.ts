// One run over one network: a player walks and watches another for a while, and everything that it notices is written down.
import { Client } from "@colyseus/sdk";
import { Distribution } from "../../bench/run/distribution.ts";
import { connect, type GameSession } from "../../client/index.ts";
import { ArenaInput, type ArenaState, type Player, TICK_HZ } from "../../shared/schema/arena/index.ts";
import { type ProfileName, seededRandom } from "../network/index.ts";
import { postJson, signIn } from "../support/seat.ts";
import { NetworkStack, type NetworkStackOptions } from "./stack.ts";

const FRAME_MS = 1000 / 60;
const TICK_MS = 1000 / TICK_HZ;
/** A stretch without anything newer than this is a stall; ms. */
export const STALL_MS = 150;
/** Ages beyond this are not drawn; ms. */
export const PLOTTED_MS = 600;
/** Before it counts, a link is played on for this long: clocks settle, the channel opens; ms. */
const WARM_UP_MS = 5_000;

/** What one run showed; times in ms. It is kept as JSON, and the report is made from what is kept. */
export interface Trial {
  readonly profile: ProfileName;
  readonly datagrams: NetworkStackOptions["datagrams"];
  readonly seconds: number;
  readonly seed: number;
  /** Of the newest state of the other player, at each frame; ms behind the server. `tail`: share of frames above each age. */
  readonly age: { readonly p50: number; readonly p99: number; readonly max: number; readonly tail: [number, number][] };
  /** The stretches without a newer snapshot that were longer than `STALL_MS`. */
  readonly stalls: { readonly count: number; readonly longest: number };
  readonly inputsApplied: number;
  readonly inputsLost: number;
  readonly corrections: number;
  /** How often the connection dropped; runs that were kept before this was counted do not say. */
  readonly drops?: number;
  /** Share of frames at which fast traffic came by datagram. */
  readonly datagramShare: number;
  readonly rttMs: number;
  readonly interpolationDelayMs: number;
  readonly bytesInPerSecond: number;
}

type ArenaSession = GameSession<ArenaState, Player, ArenaInput>;

/** Plays one run. Takes `seconds` and the warm-up of real time. */
export async function runTrial(options: NetworkStackOptions & { seconds: number }): Promise<Trial> {
  const stack = await NetworkStack.start(options);
  let session: ArenaSession | undefined;
  let witness: Witness | undefined;
  try {
    session = await connect({ platformUrl: stack.platformUrl, queueTimeoutMs: 60_000 });
    witness = await joinPast(stack);
    return await Promise.race([run(stack, session, witness, options), ended(session)]);
  } finally {
    witness?.close();
    await session?.leave();
    await stack.stop();
  }
}

async function run(
  stack: NetworkStack,
  session: ArenaSession,
  witness: Witness,
  options: NetworkStackOptions & { seconds: number },
): Promise<Trial> {
  const random = seededRandom(options.seed);
  await play(session, witness, WARM_UP_MS, random, () => undefined);
  return measure(stack, session, witness, options, random);
}

/** Rejects when the session ends, as it does when its room fails: what is measured after that is of nobody. */
function ended(session: ArenaSession): Promise<never> {
  return new Promise((_, reject) => {
    session.onLeave(({ reason, code }) => reject(new Error(`The session ended in its run: ${reason} (${code}).`)));
  });
}

/** Another player on the unmodified SDK and an untouched network: it walks, and knows the server's tick. */
async function joinPast(stack: NetworkStack): Promise<Witness> {
  const { accessToken } = await signIn(stack.platformUrl);
  const answer = await postJson(`${stack.platformUrl}/v1/matchmaking/join`, { mode: "arena" }, accessToken);
  const { assignment } = answer as { assignment: { roomId: string; ticket: string } };
  const client = new Client(stack.directEndpoint);
  client.auth.token = assignment.ticket;
  const room = await client.joinById<ArenaState>(assignment.roomId);
  room.onMessage("*", () => undefined);
  const witness = {
    // Without a goodbye: a room that has failed would never answer it.
    close: () => {
      room.reconnection.enabled = false;
      room.connection.close();
    },
    input: room.input<ArenaInput>({ type: ArenaInput }),
    tick: 0,
    tickAtMs: 0,
  };
  room.onStateChange(({ tick }) => {
    // Snapshots count ticks from 0, the state from 1.
    if (tick - 1 > witness.tick) Object.assign(witness, { tick: tick - 1, tickAtMs: performance.now() });
  });
  return witness;
}

interface Witness {
  readonly close: () => void;
  readonly input: { data: ArenaInput; send(): unknown };
  tick: number;
  tickAtMs: number;
}

async function measure(
  stack: NetworkStack,
  session: ArenaSession,
  witness: Witness,
  { profile, datagrams, seconds, seed }: NetworkStackOptions & { seconds: number },
  random: () => number,
): Promise<Trial> {
  const applied = 'game_inputs_total{mode="arena",outcome="applied"}';
  const lost = 'game_inputs_total{mode="arena",outcome="lost"}';
  const [age, stalls] = [new Distribution(), new Distribution()];
  const before = {
    applied: await stack.counter(applied),
    lost: await stack.counter(lost),
    corrections: session.stats.corrections,
  };
  let drops = 0;
  session.onDrop(() => {
    drops += 1;
  });
  let frames = 0;
  let byDatagram = 0;
  let newest = session.stats.tick;
  let newestMs = performance.now();
  await play(session, witness, seconds * 1000, random, (nowMs) => {
    frames += 1;
    if (session.stats.channels.state === "datagram") byDatagram += 1;
    if (session.stats.tick > newest) {
      if (nowMs - newestMs > STALL_MS) stalls.add(nowMs - newestMs);
      newest = session.stats.tick;
      newestMs = nowMs;
    }
    age.add(Math.max(0, (witness.tick - newest) * TICK_MS + nowMs - witness.tickAtMs));
  });
  return {
    profile,
    datagrams,
    seconds,
    seed,
    age: { p50: age.percentile(0.5), p99: age.percentile(0.99), max: age.max, tail: age.tail(PLOTTED_MS) },
    stalls: { count: stalls.count, longest: stalls.count === 0 ? 0 : stalls.max },
    inputsApplied: (await stack.counter(applied)) - before.applied,
    inputsLost: (await stack.counter(lost)) - before.lost,
    corrections: session.stats.corrections - before.corrections,
    drops,
    datagramShare: byDatagram / Math.max(1, frames),
    rttMs: session.stats.rttMs,
    interpolationDelayMs: session.stats.interpolationDelayMs,
    bytesInPerSecond: session.stats.bytesInPerSecond,
  };
}

/** Both walk about, at 60 frames and 30 inputs a second; `onFrame` looks after each frame. */
function play(
  session: ArenaSession,
  witness: Witness,
  durationMs: number,
  random: () => number,
  onFrame: (nowMs: number) => void,
): Promise<void> {
  const startedAt = performance.now();
  const walk = { x: 0 as -1 | 0 | 1, y: 0 as -1 | 0 | 1, untilMs: 0 };
  let frame = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const nowMs = performance.now();
      if (nowMs >= walk.untilMs) {
        const way = (): -1 | 0 | 1 => (Math.floor(random() * 3) - 1) as -1 | 0 | 1;
        Object.assign(walk, { x: way(), y: way(), untilMs: nowMs + 100 + random() * 400 });
      }
      session.tick(nowMs, (input) => {
        input.moveX = walk.x;
        input.moveY = walk.y;
      });
      if (frame++ % 2 === 0) {
        witness.input.data.moveX = (-walk.x || 0) as -1 | 0 | 1;
        witness.input.data.moveY = walk.y;
        witness.input.send();
      }
      onFrame(nowMs);
      if (nowMs - startedAt < durationMs) return;
      clearInterval(timer);
      resolve();
    }, FRAME_MS);
  });
}
