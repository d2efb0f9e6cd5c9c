// A room's fast state: gathered once a tick, sent to each client as far as it may know, and rewound for its shots.
import type { Client } from "@colyseus/core";
import { StateView } from "@colyseus/schema";
import { DEFAULT_BUDGET_BYTES, type GameWire, MAX_BASELINE_AGE } from "../../../shared/netcode/index.ts";
import { type MotionSources, MotionTracker, type Moving } from "./motion-tracker.ts";
import { beQuiet } from "./quiet-serializer.ts";
import { RewoundView, type SeenView } from "./rewound-view.ts";
import { ClientSight, Sight, type SightOptions } from "./sight.ts";
import { type InputCounts, type SnapshotLink, SnapshotSeat } from "./snapshot-seat.ts";

/** The longest interpolation delay that a client may have used; a shot is not judged further back for it. */
const MAX_INTERPOLATION_MS = 250;
/** Before a client's round trip is measured, it is taken to be this; ms. */
const ASSUMED_ROUND_TRIP_MS = 250;

/** What a room tells of itself. */
export interface RoomNetcodeOptions extends SightOptions {
  readonly wire: GameWire;
  readonly tickHz: number;
  readonly sources: MotionSources;
  /** The entity that a session plays, where it sees from. */
  readonly playerOf: (sessionId: string) => Moving | undefined;
  readonly budgetBytes?: number;
}

interface Seated<Input> {
  client: Client;
  readonly sight: ClientSight;
  /** The codecs of a client that speaks snapshots; `undefined` for one that gets the same state as patches. */
  readonly snapshots: SnapshotSeat<Input> | undefined;
  /** How much an entity matters to this client; `undefined` where all matter the same. */
  readonly weightOf: ((id: number) => number) | undefined;
  isConnected: boolean;
  /** Whether this connection has its first state, so that snapshots may follow. */
  isReady: boolean;
}

/** The netcode of one room. */
export class RoomNetcode<Input> {
  readonly wire: GameWire;
  readonly #options: RoomNetcodeOptions;
  readonly #tracker: MotionTracker;
  readonly #sight: Sight;
  readonly #view: RewoundView;
  readonly #seats = new Map<string, Seated<Input>>();
  readonly #selfNames: readonly string[];
  #tick = -1;
  #connectedCount = 0;

  constructor(options: RoomNetcodeOptions) {
    this.#options = options;
    this.wire = options.wire;
    this.#tracker = new MotionTracker(options.wire, options.sources);
    this.#sight = new Sight(this.#tracker, options);
    this.#view = new RewoundView(this.#tracker);
    this.#selfNames = options.wire.snapshots.layouts[options.wire.selfKind]!.names;
  }

  get tickHz(): number {
    return this.#options.tickHz;
  }

  /** Seats a client, or seats it again after a drop. `speaksSnapshots` is settled at the first time. */
  connect(client: Client, speaksSnapshots: boolean): void {
    const { sessionId } = client;
    let seated = this.#seats.get(sessionId);
    if (!seated) {
      const { wire, tickHz, budgetBytes = DEFAULT_BUDGET_BYTES } = this.#options;
      const tracker = this.#tracker;
      const snapshots = speaksSnapshots ? new SnapshotSeat<Input>({ wire, tracker, budgetBytes, tickHz }) : undefined;
      const weightOf = this.#sight.hasWeights
        ? (id: number) => this.#sight.weightOf(this.#options.playerOf(sessionId), id)
        : undefined;
      seated = {
        client,
        sight: new ClientSight(wire.capacity),
        snapshots,
        weightOf,
        isConnected: false,
        isReady: false,
      };
      this.#seats.set(sessionId, seated);
    }
    if (!seated.isConnected) this.#connectedCount += 1;
    seated.isConnected = true;
    seated.isReady = false;
    seated.client = client;
    if (!seated.snapshots) {
      client.view ??= new StateView();
      return;
    }
    beQuiet(client);
    seated.snapshots.connect(linkOf(client));
  }

  /** Whether these are the clients that are seated: every connection is counted in and out. */
  isSeated(clients: readonly Client[]): boolean {
    return this.#connectedCount === clients.length;
  }

  /** The client of this seat that is connected now, if it is seated. */
  clientOf(sessionId: string): Client | undefined {
    return this.#seats.get(sessionId)?.client;
  }

  /** The socket is gone; the seat waits. */
  disconnect(sessionId: string): void {
    const seated = this.#seats.get(sessionId);
    if (!seated?.isConnected) return;
    seated.isConnected = false;
    this.#connectedCount -= 1;
    seated.snapshots?.disconnect();
  }

  /** The seat is given up. */
  leave(sessionId: string): void {
    this.disconnect(sessionId);
    const seated = this.#seats.get(sessionId);
    seated?.snapshots?.close();
    seated?.client.view?.dispose();
    this.#seats.delete(sessionId);
  }

  /** Where a client's inputs come from, when they come in input frames. */
  inputsOf(sessionId: string): SnapshotSeat<Input> | undefined {
    return this.#seats.get(sessionId)?.snapshots;
  }

  /** A client has joined: its first state must have all that it sees, itself included, with their motion. */
  show(sessionId: string): void {
    this.#gather();
    const seated = this.#seats.get(sessionId);
    if (!seated || seated.snapshots) return;
    this.#sight.prepare();
    this.#lookForPatches(seated, this.#options.playerOf(sessionId));
  }

  #gather(): void {
    this.#tracker.gather(
      this.#tick + 1,
      (entity, id) => {
        if ("entityId" in entity) entity.entityId = this.#tracker.wireIdOf(id);
      },
      (entity) => this.#forget(entity),
    );
  }

  /** Ends a tick: what moved becomes a snapshot for each client that speaks them, and a view for each that does not. */
  commit(): void {
    this.#gather();
    this.#tick += 1;
    for (const [sessionId, { snapshots }] of this.#seats) {
      const self = snapshots && this.#options.playerOf(sessionId);
      if (self) this.#tracker.read(snapshots.selfId, self, this.#selfNames);
    }
    this.#tracker.history.commit(this.#tick);
    this.#sight.prepare();
    for (const [sessionId, seated] of this.#seats) {
      const player = this.#options.playerOf(sessionId);
      if (seated.snapshots) {
        this.#sight.look(seated.sight, player, player ? this.#tracker.idOf(player) : -1);
      } else {
        this.#lookForPatches(seated, player);
      }
    }
  }

  /** Inputs applied and lost since the last call, of all seats. */
  takeInputCounts(): InputCounts {
    const counts = { applied: 0, lost: 0 };
    for (const { snapshots } of this.#seats.values()) snapshots?.countInputs(counts);
    return counts;
  }

  /** Sends the committed tick to every client that is ready for it. */
  send(nowMs: number, isReady: (client: Client) => boolean): void {
    for (const seated of this.#seats.values()) {
      const { snapshots, sight, weightOf } = seated;
      if (!snapshots) continue;
      // Asked until it is so: Colyseus' client object is slow to look into.
      seated.isReady ||= isReady(seated.client);
      if (!seated.isReady) continue;
      sight.visible.add(snapshots.selfId);
      snapshots.send(sight.visible, weightOf, nowMs);
      sight.visible.delete(snapshots.selfId);
    }
  }

  /**
   * The world as a client saw it when it made its last input: never further back than its measured round trip, the longest
   * interpolation delay and one tick. `undefined` for a client that gets patches.
   */
  seenBy(sessionId: string): SeenView | undefined {
    const snapshots = this.#seats.get(sessionId)?.snapshots;
    if (!snapshots) return undefined;
    const { medianMs } = snapshots.roundTrip;
    const roundTripMs = Number.isNaN(medianMs) ? ASSUMED_ROUND_TRIP_MS : medianMs;
    const reachTicks = ((roundTripMs + MAX_INTERPOLATION_MS) * this.#options.tickHz) / 1000 + 1;
    return this.#view.aim(snapshots.viewTick, this.#tick - Math.min(reachTicks, MAX_BASELINE_AGE));
  }

  /** A client that gets patches sees its own entity too; what comes into sight or leaves it changes its view. */
  #lookForPatches({ client, sight }: Seated<Input>, player: Moving | undefined): void {
    this.#sight.look(sight, player, -1);
    const { view } = client;
    for (const id of sight.before) {
      const entity = this.#tracker.entities[id];
      if (entity && !sight.visible.has(id)) view?.remove(entity as never);
    }
    for (const id of sight.visible) if (!sight.before.has(id)) view?.add(this.#tracker.entities[id] as never);
  }

  #forget(entity: Moving): void {
    const id = this.#tracker.idOf(entity);
    for (const { sight } of this.#seats.values()) sight.forget(id);
  }
}

/** A client's way out: the one that its transport made, which chooses the channel, or its only channel. */
function linkOf(client: Client & { readonly link?: SnapshotLink }): SnapshotLink {
  const send = (frame: Uint8Array): void => client.raw(frame);
  return client.link ?? { sendFast: send, sendReliable: send, onAcknowledged: () => undefined };
}
