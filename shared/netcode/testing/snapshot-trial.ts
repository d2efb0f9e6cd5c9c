// A room of changing entities against one client over two bad links: every state that the client takes is compared with the truth.
import assert from "node:assert/strict";
import { angle, boolean, integer, range } from "../../schema/motion.ts";
import { seededRandom } from "../random.ts";
import { SnapshotDecoder } from "../snapshot-decoder.ts";
import { SnapshotEncoder } from "../snapshot-encoder.ts";
import { SnapshotHistory } from "../snapshot-history.ts";
import { SnapshotSchema } from "../snapshot-schema.ts";
import { SimulatedLink } from "./simulated-link.ts";

/** Two kinds, so that kind numbers take a bit. */
export const trialSchema = new SnapshotSchema({
  player: { x: range(-20, 20, 16), y: range(-20, 20, 16), yaw: angle(8), alive: boolean() },
  crate: { x: range(-20, 20, 12), stock: integer(0, 9) },
});
/** Ids of the trial's room. */
export const TRIAL_CAPACITY = 24;

/** What happens in a trial; shares are 0 to 1, times are ticks. */
export type TrialSettings = {
  seed: number;
  lossShare: number;
  duplicateShare: number;
  delayTicks: number;
  jitterTicks: number;
  budgetBytes: number;
  calmShare: number;
  skipShare: number;
};

/** Runs a room of changing entities against one client over two bad links, and checks every state it takes against the truth. */
export class SnapshotTrial {
  readonly history = new SnapshotHistory(trialSchema, TRIAL_CAPACITY);
  readonly encoder: SnapshotEncoder;
  readonly decoder = new SnapshotDecoder(trialSchema, { capacity: TRIAL_CAPACITY, epoch: 3 });
  readonly visible = new Set<number>();
  readonly live = new Set<number>();
  /** What was true: by tick, by id: generation, and the quantised fields. */
  readonly truth = new Map<number, Map<number, number[]>>();
  tick = 0;
  bytes = 0;
  private readonly settings: TrialSettings;
  private readonly random: () => number;
  private readonly down: SimulatedLink<Uint8Array>;
  private readonly up: SimulatedLink<{ newest: number; mask: number }>;

  constructor(settings: TrialSettings) {
    this.settings = settings;
    this.random = seededRandom(settings.seed);
    const delayMs = () => settings.delayTicks + this.random() * settings.jitterTicks;
    this.down = new SimulatedLink(this.random, { ...settings, delayMs });
    this.up = new SimulatedLink(this.random, { ...settings, delayMs });
    this.encoder = new SnapshotEncoder(this.history, { budgetBytes: settings.budgetBytes, epoch: 3 });
  }

  /** Steps the room, with or without changes to it. */
  run(ticks: number, isChanging: boolean): void {
    for (let count = 0; count < ticks; count++) this.step(isChanging);
  }

  private step(isChanging: boolean): void {
    if (isChanging) this.change();
    this.tick += isChanging && this.random() < this.settings.skipShare ? 1 + Math.floor(this.random() * 5) : 1;
    this.history.commit(this.tick);
    this.remember();
    for (const { newest, mask } of this.up.receive(this.tick)) this.encoder.acknowledge(newest, mask, 3);
    const frame = this.encoder.encode({ visible: [...this.visible], inputTick: this.tick });
    assert.ok(frame.length <= this.settings.budgetBytes, "[SNAP11] the budget is hard");
    this.bytes = frame.length;
    this.down.send(this.tick, frame.slice());
    for (const arrived of this.down.receive(this.tick)) this.decode(arrived);
    this.up.send(this.tick, { newest: this.decoder.received.newest, mask: this.decoder.received.mask });
  }

  private change(): void {
    const chance = (share: number) => this.random() < share;
    if (chance(0.2)) {
      const id = this.history.add(chance(0.5) ? 1 : 0);
      if (id >= 0) this.live.add(id);
    }
    for (const id of this.live) {
      if (chance(0.02)) {
        this.history.remove(id);
        this.live.delete(id);
      } else if (!chance(this.settings.calmShare)) {
        const layout = trialSchema.layouts[this.history.kind[id]!]!;
        for (let field = 0; field < layout.size; field++) {
          if (chance(0.5)) this.history.set(id, field, (this.random() - 0.5) * (chance(0.1) ? 50 : 2));
        }
      }
      if (chance(0.1)) this.visible.add(id);
      // Ids of removed entities stay in the list at times: the encoder has to know better.
      if (chance(0.05)) this.visible.delete(id);
    }
  }

  private remember(): void {
    const states = new Map<number, number[]>();
    for (const id of this.live) {
      const { size } = trialSchema.layouts[this.history.kind[id]!]!;
      const fields = Array.from({ length: size }, (_, field) => this.history.valueAt(this.tick, id, field));
      if (this.visible.has(id)) states.set(id, [this.history.generation[id]!, this.history.kind[id]!, ...fields]);
    }
    this.truth.set(this.tick, states);
  }

  private decode(frame: Uint8Array): void {
    const outcome = this.decoder.decode(frame);
    assert.notEqual(outcome, "malformed");
    assert.notEqual(outcome, "foreign");
    const tick = new DataView(frame.buffer).getUint32(2, true);
    if (outcome === "unusable")
      assert.ok(tick < this.decoder.received.newest, "[SNAP7] only a late frame may be unusable");
    if (outcome === "applied") this.checkNewest();
  }

  /** Every state that the client holds was true at its tick; a complete snapshot leaves exactly what may be known. */
  private checkNewest(): void {
    const { header, entities } = this.decoder;
    const truth = this.truth.get(header.tick)!;
    for (const track of entities.values()) {
      for (let place = 0; place < track.length; place++) {
        const known = this.truth.get(track.tickAt(place))?.get(track.id);
        const fields = Array.from({ length: track.layout.size }, (_, field) => track.quantizedAt(place, field));
        assert.deepEqual(
          [track.generation, track.kind, ...fields],
          known,
          `id ${track.id} at tick ${track.tickAt(place)}`,
        );
      }
      if (header.isComplete) {
        const { size } = track.layout;
        const fields = Array.from({ length: size }, (_, field) => track.quantizedAt(track.length - 1, field));
        assert.deepEqual(
          [track.generation, track.kind, ...fields],
          truth.get(track.id),
          "[SNAP9] absent means at rest",
        );
      }
    }
    if (header.isComplete) assert.deepEqual([...entities.keys()].sort(), [...truth.keys()].sort());
  }

  /** Ends all change and loss; then the client must hold the truth, and nothing more is said. */
  settle(): void {
    this.down.profile = { delayMs: () => 1 };
    this.up.profile = { delayMs: () => 1 };
    this.run(60, false);
    assert.equal(this.decoder.header.isComplete, true);
    assert.equal(this.decoder.header.tick, this.tick - 1);
    this.checkNewest();
    assert.equal(this.encoder.candidateCount, 0, "[SNAP12] nothing is sent for what is acknowledged and at rest");
    assert.ok(this.bytes <= 13);
  }
}
