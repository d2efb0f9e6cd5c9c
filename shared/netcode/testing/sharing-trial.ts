// A room whose clients see the same but for what is their own, over bad links: every state that any of them takes is compared with the truth.
import assert from "node:assert/strict";
import { IdSet } from "../id-set.ts";
import { seededRandom } from "../random.ts";
import { SnapshotDecoder } from "../snapshot-decoder.ts";
import { SnapshotEncoder } from "../snapshot-encoder.ts";
import { SnapshotHistory } from "../snapshot-history.ts";
import { SimulatedLink } from "./simulated-link.ts";
import { type TrialSettings, trialSchema } from "./snapshot-trial.ts";

const PLAYER = 0;
const SELF = 1;
const CAPACITY = 64;

/** What happens in a sharing trial beside what happens in any. Shares are 0 to 1. */
export type SharingSettings = TrialSettings & {
  clients: number;
  /** How often a client cannot be sent anything, for a while. */
  stallShare: number;
  /** How often a client's sight differs from that of the others, for a while. */
  strayShare: number;
  /** How often a player gets another entity. */
  respawnShare: number;
  isShared: boolean;
};

type Truth = Map<number, Map<number, number[]>>;

/** One client with its two links, and what was true in each snapshot that it was sent. */
class Peer {
  readonly encoder: SnapshotEncoder;
  readonly decoder = new SnapshotDecoder(trialSchema, { capacity: CAPACITY });
  readonly truth: Truth = new Map();
  readonly selfId: number;
  ownId = -1;
  /** An entity that the others see, or do not, and this client not, or does; -1 for none. */
  strayId = -1;
  stalledUntil = 0;
  bytes = 0;
  sentBytes = 0;
  readonly down: SimulatedLink<Uint8Array>;
  readonly up: SimulatedLink<{ newest: number; mask: number }>;

  constructor(history: SnapshotHistory, settings: SharingSettings, random: () => number) {
    const delayMs = () => settings.delayTicks + random() * settings.jitterTicks;
    this.encoder = new SnapshotEncoder(history, { budgetBytes: settings.budgetBytes });
    this.selfId = history.add(SELF);
    this.down = new SimulatedLink(random, { ...settings, delayMs });
    this.up = new SimulatedLink(random, { ...settings, delayMs });
  }

  /** Takes what has arrived, and acknowledges. */
  receive(tick: number): void {
    for (const frame of this.down.receive(tick)) {
      const outcome = this.decoder.decode(frame);
      assert.ok(outcome !== "malformed" && outcome !== "foreign", outcome);
      const sentTick = new DataView(frame.buffer).getUint32(2, true);
      if (outcome === "unusable") assert.ok(sentTick < this.decoder.received.newest, `tick ${sentTick} was not late`);
      if (outcome === "applied") this.check();
    }
    this.up.send(tick, { newest: this.decoder.received.newest, mask: this.decoder.received.mask });
  }

  /** Every state that the client holds was true at its tick; a complete snapshot leaves exactly what may be known. */
  check(): void {
    const { header, entities } = this.decoder;
    const truth = this.truth.get(header.tick)!;
    for (const { id, generation, kind, length, layout, ...track } of [...entities.values()].map(opened)) {
      for (let place = 0; place < length; place++) {
        const tick = track.tickAt(place);
        assert.deepEqual(
          [generation, kind, ...track.fieldsAt(place)],
          this.truth.get(tick)?.get(id),
          `${id} at ${tick}`,
        );
      }
      if (header.isComplete)
        assert.deepEqual([generation, kind, ...track.fieldsAt(length - 1)], truth.get(id), "absent means at rest");
    }
    if (header.isComplete) assert.deepEqual([...entities.keys()].sort(), [...truth.keys()].sort());
  }
}

function opened(track: SnapshotDecoder["entities"] extends Map<number, infer Track> ? Track : never) {
  const fieldsAt = (place: number) =>
    Array.from({ length: track.layout.size }, (_, field) => track.quantizedAt(place, field));
  const { id, generation, kind, length, layout } = track;
  return { id, generation, kind, length, layout, fieldsAt, tickAt: (place: number) => track.tickAt(place) };
}

/** Runs the room and its clients. */
export class SharingTrial {
  readonly history = new SnapshotHistory(trialSchema, CAPACITY);
  readonly peers: Peer[];
  tick = 0;
  /** Snapshots that were made of shared records, and all of them. */
  sharedCount = 0;
  sentCount = 0;
  private readonly everybody = new IdSet(CAPACITY);
  private readonly settings: SharingSettings;
  private readonly random: () => number;

  constructor(settings: SharingSettings) {
    this.settings = settings;
    this.random = seededRandom(settings.seed);
    if (settings.isShared) this.history.share(this.everybody);
    this.peers = Array.from({ length: settings.clients }, () => new Peer(this.history, settings, this.random));
    for (const peer of this.peers) this.spawn(peer);
    for (let count = 0; count < 6; count++) this.everybody.add(this.history.add(PLAYER));
  }

  /** Steps the room, with or without changes to it. */
  run(ticks: number, isChanging: boolean): void {
    for (let count = 0; count < ticks; count++) this.step(isChanging);
  }

  private step(isChanging: boolean): void {
    if (isChanging) this.change();
    this.tick += isChanging && this.chance(this.settings.skipShare) ? 1 + Math.floor(this.random() * 5) : 1;
    this.history.commit(this.tick);
    for (const peer of this.peers) {
      for (const { newest, mask } of peer.up.receive(this.tick)) peer.encoder.acknowledge(newest, mask);
      if (!isChanging || this.tick >= peer.stalledUntil) this.send(peer);
      // One that goes while the snapshots of a tick are made.
      if (isChanging && this.chance(0.002)) this.removeOne();
    }
    for (const peer of this.peers) peer.receive(this.tick);
  }

  private send(peer: Peer): void {
    const visible = new IdSet(CAPACITY);
    visible.copyFrom(this.everybody);
    if (peer.ownId >= 0) visible.delete(peer.ownId);
    visible.add(peer.selfId);
    if (peer.strayId >= 0) visible.words[peer.strayId >>> 5]! ^= 1 << (peer.strayId & 31);
    peer.truth.set(this.tick, this.truthOf(visible));
    const frame = peer.encoder.encode({ visible, firstId: peer.selfId, inputTick: this.tick });
    assert.ok(frame.length <= this.settings.budgetBytes, "[SNAP11] the budget is hard");
    peer.bytes = frame.length;
    peer.sentBytes += frame.length;
    this.sentCount += 1;
    if (peer.encoder.isShared) this.sharedCount += 1;
    peer.down.send(this.tick, frame.slice());
  }

  private truthOf(visible: IdSet): Map<number, number[]> {
    const states = new Map<number, number[]>();
    const { history } = this;
    for (const id of visible) {
      if (!history.present.has(id)) continue;
      const { size } = trialSchema.layouts[history.kind[id]!]!;
      const fields = Array.from({ length: size }, (_, field) => history.valueAt(this.tick, id, field));
      states.set(id, [history.generation[id]!, history.kind[id]!, ...fields]);
    }
    return states;
  }

  private change(): void {
    const { settings } = this;
    if (this.chance(0.1)) {
      const id = this.history.add(PLAYER);
      if (id >= 0) this.everybody.add(id);
    }
    if (this.chance(0.08)) this.removeOne();
    // What all see may become what some see, and the other way round, without coming or going.
    const id = Math.floor(this.random() * CAPACITY);
    if (this.chance(settings.strayShare) && this.history.isLive[id] === 1 && this.history.kind[id] === PLAYER) {
      this.everybody.words[id >>> 5]! ^= 1 << (id & 31);
    }
    for (const peer of this.peers) {
      if (this.chance(settings.respawnShare)) this.spawn(peer);
      if (this.chance(settings.stallShare))
        peer.stalledUntil = this.tick + this.random() * (this.chance(0.2) ? 90 : 10);
      if (this.chance(settings.strayShare)) peer.strayId = this.chance(0.3) ? id : Math.floor(this.random() * CAPACITY);
      else if (this.chance(0.1)) peer.strayId = -1;
    }
    for (let id = 0; id < CAPACITY; id++) {
      if (this.history.isLive[id] !== 1 || this.chance(settings.calmShare)) continue;
      const layout = trialSchema.layouts[this.history.kind[id]!]!;
      for (let field = 0; field < layout.size; field++) {
        if (this.chance(0.5)) this.history.set(id, field, (this.random() - 0.5) * (this.chance(0.1) ? 50 : 2));
      }
    }
  }

  private spawn(peer: Peer): void {
    if (peer.ownId >= 0) this.remove(peer.ownId);
    peer.ownId = this.history.add(PLAYER);
    if (peer.ownId >= 0) this.everybody.add(peer.ownId);
  }

  /** Somebody who is nobody's own goes. */
  private removeOne(): void {
    const free = [...this.everybody].filter((id) => this.peers.every(({ ownId }) => ownId !== id));
    const id = free[Math.floor(this.random() * free.length)];
    if (id !== undefined) this.remove(id);
  }

  private remove(id: number): void {
    this.history.remove(id);
    // Now and then the room's list is late to know.
    if (!this.chance(0.2)) this.everybody.delete(id);
  }

  private chance(share: number): boolean {
    return this.random() < share;
  }

  /** Ends all change and loss; then each client must hold the truth, and nothing more is said. */
  settle(): void {
    for (const peer of this.peers) {
      peer.down.profile = { delayMs: () => 1 };
      peer.up.profile = { delayMs: () => 1 };
    }
    this.run(100, false);
    for (const { decoder, encoder, bytes, check } of this.peers.map((peer) => ({
      ...peer,
      check: () => peer.check(),
    }))) {
      assert.equal(decoder.header.isComplete, true);
      assert.equal(decoder.header.tick, this.tick - 1);
      check();
      assert.equal(encoder.candidateCount, 0, "[SNAP12] nothing is sent for what is acknowledged and at rest");
      assert.ok(bytes <= 13);
    }
  }
}
