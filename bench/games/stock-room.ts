// The measured game as a room of stock Colyseus 0.18, written as its documentation shows: a state with patches, defined inputs, and
// a StateView by distance where not everybody sees everything.
import { type Client, Room } from "@colyseus/core";
import { StateView, schema, t } from "@colyseus/schema";
import { Herd } from "./herd.ts";
import { type MoverMotion, placeMover, spawnRandom, stepMover } from "./mover.ts";
import { NearGrid } from "./near-grid.ts";
import { MAX_HALF_SIZE, type Scene, sightOf } from "./scene.ts";

/** How the state's fields travel: as float32, or in 16 bits a coordinate and 8 bits a direction. */
export type StockFields = "float32" | "quantised";

const coordinate = () => t.quantized({ min: -MAX_HALF_SIZE, max: MAX_HALF_SIZE, bits: 16 }).default(0);
const FloatEntity = schema(
  { x: t.float32().default(0), y: t.float32().default(0), yaw: t.float32().default(0) },
  "FloatEntity",
);
const QuantisedEntity = schema(
  { x: coordinate(), y: coordinate(), yaw: t.angle({ bits: 8 }).default(0) },
  "QuantisedEntity",
);
const FloatState = schema({ players: t.map(FloatEntity), movers: t.map(FloatEntity) }, "FloatState");
const QuantisedState = schema({ players: t.map(QuantisedEntity), movers: t.map(QuantisedEntity) }, "QuantisedState");
const ViewedFloatState = schema(
  { players: t.map(FloatEntity).view(), movers: t.map(FloatEntity).view() },
  "ViewedFloatState",
);
const ViewedQuantisedState = schema(
  { players: t.map(QuantisedEntity).view(), movers: t.map(QuantisedEntity).view() },
  "ViewedQuantisedState",
);

/** One tick of intent, as stock clients send it. */
export const StockInput = schema(
  { moveX: t.int8().default(0), moveY: t.int8().default(0), yaw: t.float32().default(0) },
  "StockInput",
);
type StockInput = InstanceType<typeof StockInput>;

/** Either state: the fields are read and written as numbers whatever they are on the wire. */
type StockState = InstanceType<typeof FloatState>;
type Entity = InstanceType<typeof FloatEntity>;

const STATES = {
  float32: { everybody: FloatState, viewed: ViewedFloatState, Entity: FloatEntity },
  quantised: { everybody: QuantisedState, viewed: ViewedQuantisedState, Entity: QuantisedEntity },
} as const;

/** The room class of a scene; `onTick` hears how long a step and the patches after it took together. */
export function stockRoom(scene: Scene, fields: StockFields, onTick: (durationMs: number) => void): typeof Room {
  const { everybody, viewed, Entity } = STATES[fields];
  const State = (scene.sightRadius > 0 ? viewed : everybody) as unknown as new () => StockState;
  const newEntity = (): Entity => new Entity() as unknown as Entity;
  return class StockRoom extends Room<{ state: StockState; input: StockInput }> {
    override maxClients = scene.roomSize;
    // Rooms are made ahead, and wait for their players however long these take.
    override autoDispose = false;
    override state = new State();
    override patchRate = 1000 / scene.tickHz;
    override inputs = this.defineInput(StockInput);
    private readonly random = spawnRandom();
    private readonly sights = scene.sightRadius > 0 ? new Sights(scene) : undefined;
    private herd: Herd | undefined;
    private stepMs = 0;

    override onCreate(): void {
      const movers = Array.from({ length: scene.movers }, newEntity);
      for (const [index, mover] of movers.entries()) this.state.movers.set(String(index), mover);
      this.herd = new Herd(movers, scene);
      this.setFixedTimestep(({ dt }) => this.step(dt), scene.tickHz);
    }

    override onJoin(client: Client): void {
      const player = newEntity();
      placeMover(player, scene, this.random);
      this.state.players.set(client.sessionId, player);
      if (this.sights) client.view = new StateView();
    }

    override onLeave(client: Client): void {
      this.sights?.forget(client);
      this.state.players.delete(client.sessionId);
    }

    override broadcastPatch(): boolean {
      const startedAt = performance.now();
      const hasChanged = super.broadcastPatch();
      onTick(this.stepMs + performance.now() - startedAt);
      this.stepMs = 0;
      return hasChanged;
    }

    private step(dt: number): void {
      const startedAt = performance.now();
      for (const [sessionId, player] of this.state.players) {
        for (const input of this.inputs.get(sessionId)) stepMover(player, input, dt);
      }
      this.herd?.move(dt);
      this.sights?.look(this.clients, this.state);
      this.stepMs += performance.now() - startedAt;
    }
  } as unknown as typeof Room;
}

/** Keeps each client's view what is near its player. */
class Sights {
  readonly #grid: NearGrid<Entity>;
  readonly #seen = new Map<Client, Set<Entity>>();

  constructor(scene: Scene) {
    this.#grid = new NearGrid(sightOf(scene));
  }

  look(clients: Iterable<Client>, { players, movers }: StockState): void {
    this.#grid.fill([players.values(), movers.values()]);
    for (const client of clients) {
      const player: MoverMotion | undefined = players.get(client.sessionId);
      if (!player || !client.view) continue;
      const before = this.#seen.get(client) ?? new Set<Entity>();
      const now = this.#grid.near(player, before);
      for (const entity of before) if (!now.has(entity)) client.view.remove(entity as never);
      for (const entity of now) if (!before.has(entity)) client.view.add(entity as never);
      this.#seen.set(client, now);
    }
  }

  forget(client: Client): void {
    this.#seen.delete(client);
    client.view?.dispose();
  }
}
