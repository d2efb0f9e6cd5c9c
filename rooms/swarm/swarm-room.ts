// Two hundred herders, a thousand movers, and a meadow much larger than sight. Drive movers into a beacon.
import {
  Beacon,
  Herder,
  MAX_PLAYERS,
  RECONNECTION_SECONDS,
  ROUND_SECONDS,
  SIGHT_ENTER_RADIUS,
  SIGHT_LEAVE_RADIUS,
  SwarmInput,
  SwarmState,
  stepHerder,
  swarm,
  TICK_HZ,
} from "../../shared/schema/swarm/index.ts";
import { type GameClient, GameRoom, type Random, ROOM_CLOSE, seededRandom } from "../kit/index.ts";
import { Beacons } from "./beacons.ts";
import { Flock } from "./flock.ts";
import { importanceOf, placeHerder, winnerOf } from "./rules.ts";

/** Options of a new meadow: the same `seed` gives the same movers and spawns. */
export interface SwarmOptions {
  seed?: number;
}

/** The room. Who sees what, and how it is told, is in `GameRoom`. */
export class SwarmRoom extends GameRoom<{ state: SwarmState; input: SwarmInput; client: GameClient }> {
  override maxClients = MAX_PLAYERS;
  override reconnectionSeconds = RECONNECTION_SECONDS;
  override state = new SwarmState();
  override inputs = this.defineInput(SwarmInput, { sanitize: { moveX: [-1, 1], moveY: [-1, 1] } });
  protected readonly netcode = this.defineNetcode(swarm, {
    interest: { enter: SIGHT_ENTER_RADIUS, leave: SIGHT_LEAVE_RADIUS },
    isAlwaysSeen: (entity) => entity instanceof Beacon,
    weight: importanceOf,
  });
  private random: Random = seededRandom(0);
  private flock: Flock | undefined;
  private beacons: Beacons | undefined;
  private ticks = 0;
  private isDraining = false;

  override onCreate({ seed = Date.now() }: SwarmOptions = {}): void {
    this.random = seededRandom(seed);
    this.beacons = new Beacons(this.state.beacons);
    this.flock = new Flock(this.state.movers, this.random);
    this.state.secondsLeft = ROUND_SECONDS;
    this.setFixedTimestep(({ dt }) => this.tick(dt), TICK_HZ);
  }

  override onJoin(client: GameClient): void {
    const herder = new Herder();
    herder.name = client.auth?.name ?? "?";
    placeHerder(herder, this.random);
    this.state.players.set(client.sessionId, herder);
  }

  override onDrop(client: GameClient, code?: number): void {
    const herder = this.state.players.get(client.sessionId);
    if (herder) herder.isConnected = false;
    super.onDrop(client, code);
  }

  override onReconnect(client: GameClient): void {
    const herder = this.state.players.get(client.sessionId);
    if (herder) herder.isConnected = true;
  }

  override onLeave(client: GameClient): void {
    this.state.players.delete(client.sessionId);
  }

  override onDrain(): void {
    this.isDraining = true;
  }

  private tick(dt: number): void {
    const { flock, beacons, state } = this;
    if (!flock || !beacons) return;
    beacons.drift(this.ticks);
    flock.listen();
    for (const [sessionId, herder] of state.players) {
      let isRunning = false;
      for (const input of this.inputsFor(sessionId)) isRunning = stepHerder(herder, input, dt) && !herder.isCreeping;
      if (isRunning) flock.hear(herder);
    }
    flock.move(dt);
    for (const beacon of state.beacons.values()) flock.catchAround(beacon, (herder) => this.score(herder));
    this.ticks += 1;
    if (this.ticks % TICK_HZ === 0) this.countDown();
  }

  private score(herder: Herder): void {
    herder.score += 1;
  }

  private countDown(): void {
    const { state } = this;
    state.secondsLeft -= 1;
    if (state.secondsLeft > 0) return;
    state.winner = winnerOf(state.players.values())?.name ?? "";
    if (this.isDraining) return void this.disconnect(ROOM_CLOSE.serverDraining);
    state.round += 1;
    state.secondsLeft = ROUND_SECONDS;
    for (const herder of state.players.values()) herder.score = 0;
  }
}
