// The measured game as a game of this server: a definition for both ends and a room on the kit.
import { type SchemaType, schema, t } from "@colyseus/schema";
import { type AnyGameRoom, type GameClient, GameRoom } from "../../rooms/kit/index.ts";
import type { GameDefinition } from "../../shared/schema/game.ts";
import { angle, grid, integer } from "../../shared/schema/motion.ts";
import { Herd } from "./herd.ts";
import { POSITION_STEPS_PER_METRE, placeMover, spawnRandom, stepMover } from "./mover.ts";
import { MAX_HALF_SIZE, type Scene, sightOf } from "./scene.ts";

/** The mode under which the room is registered. */
export const BENCH_MODE = "bench";

const BenchPlayer = schema(
  {
    entityId: t.uint32().default(0),
    x: t.float32().default(0).view(),
    y: t.float32().default(0).view(),
    yaw: t.float32().default(0).view(),
  },
  "BenchPlayer",
);
type BenchPlayer = SchemaType<typeof BenchPlayer>;
const BenchMover = schema(
  { x: t.float32().default(0), y: t.float32().default(0), yaw: t.float32().default(0) },
  "BenchMover",
);
const BenchState = schema({ players: t.map(BenchPlayer), movers: t.map(BenchMover).view() }, "BenchState");
type BenchState = SchemaType<typeof BenchState>;
const BenchInput = schema(
  { moveX: t.int8().default(0), moveY: t.int8().default(0), yaw: t.float32().default(0) },
  "BenchInput",
);
type BenchInput = SchemaType<typeof BenchInput>;

/** 16 bits a coordinate, 8 bits a direction: what the quantised peer sends too. */
const SHOWN = grid(-MAX_HALF_SIZE, 128, 16);
const POSITION = grid(-MAX_HALF_SIZE, POSITION_STEPS_PER_METRE, 21);
const YAW = angle(8);

/** The contract of a scene's game. */
export function benchGame(scene: Scene): GameDefinition<BenchState, BenchPlayer, BenchInput> {
  const entity = { x: SHOWN, y: SHOWN, yaw: YAW };
  return {
    mode: BENCH_MODE,
    tickHz: scene.tickHz,
    Input: BenchInput,
    players: "players",
    playerOf: (state, sessionId) => state.players.get(sessionId),
    position: ["x", "y"],
    teleportDistance: 5,
    netcode: {
      motion: scene.movers > 0 ? { players: entity, movers: entity } : { players: entity },
      self: { x: POSITION, y: POSITION, yaw: YAW },
      input: { moveX: integer(-1, 1), moveY: integer(-1, 1), yaw: YAW },
      // Everybody as the others see them and as they know themselves, twice: ids rest before they are used again.
      capacity: scene.movers + 4 * scene.roomSize + (scene.spareIds ?? 0),
    },
    step: stepMover,
  };
}

/**
 * The room class of a scene; `onTick` hears how long each tick took, snapshots and all. A room that is kept stays open when
 * everybody has left; the kit closes an empty one as soon as somebody has been in it.
 */
export function benchRoom(
  scene: Scene,
  onTick: (durationMs: number) => void,
  { isKept = false }: { readonly isKept?: boolean } = {},
): new () => AnyGameRoom {
  const game = benchGame(scene);
  return class BenchRoom extends GameRoom<{ state: BenchState; input: BenchInput; client: GameClient }> {
    override maxClients = scene.roomSize;
    override state = new BenchState();
    override inputs = this.defineInput(BenchInput, { sanitize: { moveX: [-1, 1], moveY: [-1, 1] } });
    protected readonly netcode = this.defineNetcode(game, scene.sightRadius > 0 ? { interest: sightOf(scene) } : {});
    private readonly random = spawnRandom();
    private herd: Herd | undefined;

    override onCreate(): void {
      // Rooms are made ahead, and wait for their players however long these take.
      this.autoDispose = false;
      const movers = Array.from({ length: scene.movers }, () => new BenchMover());
      for (const [index, mover] of movers.entries()) this.state.movers.set(String(index), mover);
      this.herd = new Herd(movers, scene);
      this.setFixedTimestep(({ dt }) => this.tick(dt), scene.tickHz);
    }

    override onJoin({ sessionId }: GameClient): void {
      const player = new BenchPlayer();
      placeMover(player, scene, this.random);
      this.state.players.set(sessionId, player);
      if (isKept) this.autoDispose = false;
    }

    override onLeave({ sessionId }: GameClient): void {
      this.state.players.delete(sessionId);
      if (isKept) this.autoDispose = false;
    }

    override advance(context: Parameters<GameRoom["advance"]>[0]): void {
      const startedAt = performance.now();
      super.advance(context);
      onTick(performance.now() - startedAt);
    }

    private tick(dt: number): void {
      for (const [sessionId, player] of this.state.players) {
        for (const input of this.inputsFor(sessionId)) stepMover(player, input, dt);
      }
      this.herd?.move(dt);
    }
  };
}
