// Free-for-all on a flat square, seen from above, hitscan. First to twenty frags, or most when time is up.
import {
  ArenaInput,
  ArenaState,
  arena,
  MAX_PLAYERS,
  Player,
  RECONNECTION_SECONDS,
  RESPAWN_TICKS,
  ROUND_PAUSE_TICKS,
  ROUND_TICKS,
  SHOT_RANGE,
  SPAWN_PROTECTION_TICKS,
  stepPlayer,
  TICK_HZ,
} from "../../shared/schema/arena/index.ts";
import { type GameClient, GameRoom, ROOM_CLOSE, seededRandom } from "../kit/index.ts";
import { ArenaBots } from "./arena-bots.ts";
import { hurt, rayHit, spawn, wallDistance, winnerOf } from "./rules.ts";

/** How far back a shot of a client that gets patches may be judged; ms. The others' bound is their own round trip. */
const MAX_REWIND_MS = 400;

/** Options of a new arena: bots fill it up to `fighters`; the same `seed` gives the same spawns and bots. */
export interface ArenaOptions {
  fighters?: number;
  seed?: number;
}

/** The room. Everything hard is in `GameRoom`. */
export class ArenaRoom extends GameRoom<{ state: ArenaState; input: ArenaInput; client: GameClient }> {
  override maxClients = MAX_PLAYERS;
  override reconnectionSeconds = RECONNECTION_SECONDS;
  override state = new ArenaState();
  override inputs = this.defineInput(ArenaInput, {
    sanitize: { moveX: [-1, 1], moveY: [-1, 1], aim: [-Math.PI, Math.PI] },
  });
  protected readonly netcode = this.defineNetcode(arena);
  private readonly timers = new Map<string, { respawn: number; protection: number }>();
  private random = seededRandom(0);
  private bots: ArenaBots | undefined;
  private isDraining = false;

  override onCreate({ fighters = 0, seed = Date.now() }: ArenaOptions = {}): void {
    this.random = seededRandom(seed);
    this.defineRewind(this.state.players, ["x", "y"], MAX_REWIND_MS);
    this.state.ticksLeft = ROUND_TICKS;
    this.setFixedTimestep(({ dt }) => this.tick(dt), TICK_HZ);
    this.bots = new ArenaBots(this, {
      fighters: Math.min(fighters, MAX_PLAYERS),
      random: this.random,
      onOpen: (sessionId, name) => this.seat(sessionId, name, true),
      onClose: (sessionId) => {
        this.unseat(sessionId);
        this.releaseInputs(sessionId);
      },
    });
    this.bots.fill(this.state.players);
  }

  override onJoin(client: GameClient): void {
    this.seat(client.sessionId, client.auth?.name ?? "?", false);
    this.bots?.fill(this.state.players);
  }

  override onDrop(client: GameClient, code?: number): void {
    const player = this.state.players.get(client.sessionId);
    if (player) player.isConnected = false;
    super.onDrop(client, code);
  }

  override onReconnect(client: GameClient): void {
    const player = this.state.players.get(client.sessionId);
    if (player) player.isConnected = true;
  }

  override onLeave(client: GameClient): void {
    this.unseat(client.sessionId);
    this.bots?.fill(this.state.players);
  }

  override onDrain(): void {
    this.isDraining = true;
  }

  private seat(sessionId: string, name: string, isBot: boolean): void {
    const player = new Player();
    player.name = name;
    player.isBot = isBot;
    this.place(sessionId, player);
    this.state.players.set(sessionId, player);
  }

  private unseat(sessionId: string): void {
    this.state.players.delete(sessionId);
    this.timers.delete(sessionId);
  }

  private place(sessionId: string, player: Player): void {
    spawn(
      player,
      [...this.state.players.values()].filter((other) => other !== player && other.isAlive),
      this.random,
    );
    this.timers.set(sessionId, { respawn: 0, protection: SPAWN_PROTECTION_TICKS });
  }

  private tick(dt: number): void {
    this.state.tick += 1;
    this.bots?.think(this.state.players);
    for (const [sessionId, player] of this.state.players) {
      for (const input of this.inputsFor(sessionId)) {
        if (stepPlayer(player, input, dt)) this.resolveShot(sessionId, player);
      }
    }
    for (const [sessionId, player] of this.state.players) this.countDown(sessionId, player);
    this.advanceRound();
  }

  /** What you see is what you hit: each target is judged where the shooter's screen showed it. */
  private resolveShot(shooterId: string, shooter: Player): void {
    this.endProtection(shooterId, shooter);
    const direction = { x: Math.cos(shooter.aim), y: Math.sin(shooter.aim) };
    const seen = this.seenBy(shooterId);
    let distance = wallDistance(shooter, direction, SHOT_RANGE);
    let hitId = "";
    for (const [targetId, target] of this.state.players) {
      if (targetId === shooterId || !target.isAlive) continue;
      const at = { x: seen.value(target, "x"), y: seen.value(target, "y") };
      const reached = rayHit(shooter, direction, at, distance);
      if (reached === undefined) continue;
      distance = reached;
      hitId = targetId;
    }
    this.broadcast("shot", { by: shooterId, x: shooter.x, y: shooter.y, aim: shooter.aim, distance, hit: hitId });
    const target = this.state.players.get(hitId);
    if (target) this.resolveHit(shooterId, shooter, hitId, target, direction);
  }

  private resolveHit(
    by: string,
    shooter: Player,
    targetId: string,
    target: Player,
    along: { x: number; y: number },
  ): void {
    if (target.isProtected || this.state.phase !== "playing" || !hurt(target, along)) return;
    shooter.frags += 1;
    this.timersOf(targetId).respawn = RESPAWN_TICKS;
    this.broadcast("frag", { by, target: targetId });
  }

  private countDown(sessionId: string, player: Player): void {
    const timers = this.timersOf(sessionId);
    if (timers.protection > 0 && --timers.protection === 0) player.isProtected = false;
    if (timers.respawn > 0 && --timers.respawn === 0) this.place(sessionId, player);
  }

  private endProtection(sessionId: string, player: Player): void {
    this.timersOf(sessionId).protection = 0;
    player.isProtected = false;
  }

  private timersOf(sessionId: string): { respawn: number; protection: number } {
    const timers = this.timers.get(sessionId);
    if (!timers) throw new Error(`Session ${sessionId} has no timers: it was never seated.`);
    return timers;
  }

  private advanceRound(): void {
    const { state } = this;
    state.ticksLeft -= 1;
    if (state.phase === "playing") {
      const winner = winnerOf(state.players.values(), state.ticksLeft === 0);
      if (!winner && state.ticksLeft > 0) return;
      state.winner = winner?.name ?? "";
      state.phase = "over";
      state.ticksLeft = ROUND_PAUSE_TICKS;
    } else if (state.ticksLeft === 0) {
      if (this.isDraining) void this.disconnect(ROOM_CLOSE.serverDraining);
      else this.beginRound();
    }
  }

  private beginRound(): void {
    const { state } = this;
    state.round += 1;
    state.phase = "playing";
    state.ticksLeft = ROUND_TICKS;
    for (const [sessionId, player] of state.players) {
      player.frags = 0;
      player.deaths = 0;
      this.place(sessionId, player);
    }
  }
}
