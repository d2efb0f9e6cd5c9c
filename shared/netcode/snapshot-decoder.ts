// The client's end of snapshots: keeps the entities it was told of, and takes nothing that it cannot prove right.
import { BitReader } from "./bit-reader.ts";
import { CODE_BITS, readChange } from "./delta-code.ts";
import { EntityTrack } from "./entity-track.ts";
import { EPOCH_COUNT, MAX_FRAME_BYTES } from "./frame-kind.ts";
import { GROUP_BITS, readGap } from "./id-list.ts";
import { ReceivedTicks } from "./received-ticks.ts";
import { AGE_BITS } from "./snapshot-candidates.ts";
import { emptyHeader, readHeader, type SnapshotHeader } from "./snapshot-header.ts";
import { GENERATION_BITS, type SnapshotSchema } from "./snapshot-schema.ts";
import { COUNT_GROUP_BITS } from "./snapshot-selection.ts";

/**
 * What became of a snapshot. Only `applied` and `late` ones changed anything and are acknowledged ([SNAP12] of SPEC.md):
 * - `applied`: newer than all before; `late`: older than the newest, but it could still fill a gap;
 * - `duplicate`: its tick was taken already, or is too old to tell;
 * - `foreign`: from another life of the connection;
 * - `unusable`: it refers to something that this decoder does not hold, or is late and would undo something newer;
 * - `malformed`: not a snapshot of this schema.
 */
export type SnapshotOutcome = "applied" | "late" | "duplicate" | "foreign" | "unusable" | "malformed";

/** `epoch`: which life of the connection to listen to. `capacity`: ids there may be, the room's own number. */
export type SnapshotDecoderOptions = { epoch?: number; capacity: number };

/**
 * Decodes one client's snapshots. Each is checked as a whole before anything of it is taken, so a bad one changes nothing. It never
 * throws, and holds at most `capacity` entities of 32 states. What must ride the next input frame is in `received`.
 */
export class SnapshotDecoder {
  readonly schema: SnapshotSchema;
  readonly epoch: number;
  /** Entities that this client knows of, by id. */
  readonly entities = new Map<number, EntityTrack>();
  /** The ticks to acknowledge. */
  readonly received = new ReceivedTicks();
  /** Header of the newest snapshot applied. */
  readonly header: SnapshotHeader = emptyHeader();
  /** Entities that the last snapshot brought, and those it took away. */
  readonly spawned: EntityTrack[] = [];
  readonly despawned: EntityTrack[] = [];

  private readonly capacity: number;
  private readonly reader = new BitReader();
  private readonly incoming: SnapshotHeader = emptyHeader();
  private readonly fieldStart: readonly number[];
  private readonly codes: Uint8Array;
  private readonly isKindCoded: Uint8Array;
  private readonly removedIds: Int32Array;
  private removedCount = 0;
  private readonly recordIds: Int32Array;
  private readonly recordKinds: Uint8Array;
  /** Generation of a keyframe; -1 for a delta. */
  private readonly recordGenerations: Int16Array;
  private readonly recordValues: Int32Array;
  private recordCount = 0;
  private lastCompleteTick = -1;

  constructor(schema: SnapshotSchema, options: SnapshotDecoderOptions) {
    const { capacity } = options;
    this.schema = schema;
    this.capacity = capacity;
    this.epoch = (options.epoch ?? 0) % EPOCH_COUNT;
    const starts = [0];
    for (const layout of schema.layouts) starts.push(starts.at(-1)! + layout.size);
    this.fieldStart = starts;
    this.codes = new Uint8Array(starts.at(-1)!);
    this.isKindCoded = new Uint8Array(schema.layouts.length);
    this.removedIds = new Int32Array(capacity);
    this.recordIds = new Int32Array(capacity);
    this.recordKinds = new Uint8Array(capacity);
    this.recordGenerations = new Int16Array(capacity);
    this.recordValues = new Int32Array(capacity * schema.stride);
  }

  /** Takes a received frame. After `applied`, `header`, `spawned` and `despawned` tell about it. */
  decode(frame: Uint8Array): SnapshotOutcome {
    this.spawned.length = 0;
    this.despawned.length = 0;
    const { reader, incoming } = this;
    if (frame.length > MAX_FRAME_BYTES) return "malformed";
    reader.reset(frame);
    if (!readHeader(reader, incoming)) return "malformed";
    if (incoming.epoch !== this.epoch) return "foreign";
    if (this.received.has(incoming.tick)) return "duplicate";
    const isLate = incoming.tick < this.received.newest;
    const problem = this.readDespawns(isLate) ?? this.readRecords(isLate);
    if (problem !== undefined) return problem;
    if (!reader.isAtEnd()) return "malformed";
    this.take();
    if (isLate) return "late";
    Object.assign(this.header, incoming);
    if (incoming.isComplete) this.lastCompleteTick = incoming.tick;
    return "applied";
  }

  private readDespawns(isLate: boolean): SnapshotOutcome | undefined {
    const { reader } = this;
    this.removedCount = 0;
    if (!this.incoming.hasDespawns) return undefined;
    const count = reader.readVarint(COUNT_GROUP_BITS);
    if (count === 0 || count > this.capacity) return "malformed";
    const groupBits = 1 + reader.read(GROUP_BITS);
    let id = -1;
    for (let index = 0; index < count; index++) {
      id = readGap(reader, id, groupBits);
      if (reader.overflowed || id >= this.capacity) return "malformed";
      // A late removal may not undo a newer spawn.
      if (isLate && this.entities.has(id)) return "unusable";
      this.removedIds[this.removedCount++] = id;
    }
    return undefined;
  }

  private readRecords(isLate: boolean): SnapshotOutcome | undefined {
    const { reader } = this;
    this.recordCount = 0;
    const count = reader.readVarint(COUNT_GROUP_BITS);
    if (reader.overflowed || count > this.capacity) return "malformed";
    if (count === 0) return undefined;
    const groupBits = 1 + reader.read(GROUP_BITS);
    const commonAge = reader.read(AGE_BITS);
    this.isKindCoded.fill(0);
    if (reader.readBoolean()) this.readCodes();
    let id = -1;
    for (let index = 0; index < count; index++) {
      id = readGap(reader, id, groupBits);
      const age = reader.readBoolean() ? reader.read(AGE_BITS) : commonAge;
      if (reader.overflowed || id >= this.capacity) return "malformed";
      const problem = age === 0 ? this.readKeyframe(id, isLate) : this.readDelta(id, age);
      if (problem !== undefined) return problem;
      if (reader.overflowed) return "malformed";
      this.recordCount++;
    }
    return undefined;
  }

  private readCodes(): void {
    const kinds = this.schema.layouts.length;
    for (let kind = 0; kind < kinds; kind++) {
      if (kinds > 1 && !this.reader.readBoolean()) continue;
      this.isKindCoded[kind] = 1;
      const end = this.fieldStart[kind + 1]!;
      for (let at = this.fieldStart[kind]!; at < end; at++) this.codes[at] = this.reader.read(CODE_BITS);
    }
  }

  private readKeyframe(id: number, isLate: boolean): SnapshotOutcome | undefined {
    const { reader, schema } = this;
    const kind = schema.kindBits > 0 ? reader.read(schema.kindBits) : 0;
    const layout = schema.layouts[kind];
    if (layout === undefined) return "malformed";
    const generation = reader.read(GENERATION_BITS);
    const at = this.recordCount;
    for (let field = 0; field < layout.size; field++) {
      this.recordValues[at * schema.stride + field] = reader.read(layout.bits[field]!);
    }
    const held = this.entities.get(id);
    if (isLate && (held === undefined || !isStateOf(held, generation, kind, this.incoming.tick))) return "unusable";
    this.recordIds[at] = id;
    this.recordKinds[at] = kind;
    this.recordGenerations[at] = generation;
    return undefined;
  }

  private readDelta(id: number, age: number): SnapshotOutcome | undefined {
    const { reader, schema } = this;
    const held = this.entities.get(id);
    const place = held === undefined ? -1 : held.placeAt(this.incoming.tick - age);
    if (held === undefined || place < 0) return "unusable";
    const { layout, kind } = held;
    if (this.isKindCoded[kind] === 0) return "malformed";
    const at = this.recordCount;
    for (let field = 0; field < layout.size; field++) {
      const code = this.codes[this.fieldStart[kind]! + field]!;
      const width = code >>> 1;
      const bits = layout.bits[field]!;
      if (width === 0 || width > bits) return "malformed";
      const from = held.quantizedAt(place, field);
      const value = readChange(reader, from, bits, layout.isAngle[field] === 1, width, (code & 1) === 1);
      if (value < 0) return "malformed";
      this.recordValues[at * schema.stride + field] = value;
    }
    this.recordIds[at] = id;
    this.recordKinds[at] = kind;
    this.recordGenerations[at] = -1;
    return undefined;
  }

  /** Takes over what was read; nothing can fail from here on. */
  private take(): void {
    const { tick } = this.incoming;
    for (let index = 0; index < this.removedCount; index++) {
      const held = this.entities.get(this.removedIds[index]!);
      if (held !== undefined) this.drop(held);
    }
    for (let record = 0; record < this.recordCount; record++) {
      const track = this.trackOf(record);
      // Between its last state and the last complete snapshot that left it out, the entity was at rest.
      if (this.lastCompleteTick < tick) track.hold(this.lastCompleteTick);
      track.insert(tick, this.recordValues, record * this.schema.stride);
    }
    this.received.add(tick);
  }

  private trackOf(record: number): EntityTrack {
    const id = this.recordIds[record]!;
    const generation = this.recordGenerations[record]!;
    const kind = this.recordKinds[record]!;
    const held = this.entities.get(id);
    if (held !== undefined && (generation < 0 || (held.generation === generation && held.kind === kind))) return held;
    if (held !== undefined) this.drop(held);
    const track = new EntityTrack(id, generation, kind, this.schema.layouts[kind]!, this.incoming.tick);
    this.entities.set(id, track);
    this.spawned.push(track);
    return track;
  }

  private drop(track: EntityTrack): void {
    this.entities.delete(track.id);
    this.despawned.push(track);
  }
}

/**
 * Whether a late keyframe is one more state of a track. It may neither bring an entity back, nor another one under the same id, nor
 * reach back behind the track's first tick: then a delta could find it in place of a newer state that went with an older track.
 */
function isStateOf(held: EntityTrack, generation: number, kind: number, tick: number): boolean {
  return held.generation === generation && held.kind === kind && tick >= held.firstTick;
}
