// What both ends of the wire run: bit packing, snapshots, input frames and clocks. Pure: no sockets, and time is an argument.
export { BitReader } from "./bit-reader.ts";
export { BitWriter } from "./bit-writer.ts";
export {
  type ChannelOfferMessage,
  type ChannelRequestMessage,
  type ControlMessage,
  decodeControl,
  encodeControl,
  MAX_CONTROL_BYTES,
  type WelcomeMessage,
} from "./control-frames.ts";
export type { EntityTrack } from "./entity-track.ts";
export { FieldLayout, MAX_FIELD_BITS, MAX_FIELDS } from "./field-layout.ts";
export { EPOCH_COUNT, FrameKind, frameKindOf, MAX_FRAME_BYTES, MAX_TICK } from "./frame-kind.ts";
export { GameWire, SELF_KIND } from "./game-wire.ts";
export { IdSet } from "./id-set.ts";
export { type InputHeader, MAX_UNCONFIRMED_INPUTS, maxInputFrameBytes } from "./input-frames.ts";
export { InputPacer, type InputPacerOptions, MAX_TICK_RATE, MIN_TICK_RATE } from "./input-pacer.ts";
export { type InputOutcome, InputReceiver, type InputReceiverOptions } from "./input-receiver.ts";
export { InputSender, type InputSenderOptions, type SnapshotAck } from "./input-sender.ts";
export { InterpolationClock, type InterpolationOptions } from "./interpolation-clock.ts";
export { type Random, seededRandom } from "./random.ts";
export { ReceivedTicks } from "./received-ticks.ts";
export { type ClockSample, clockStamp, ServerClock, stampTime } from "./server-clock.ts";
export { SnapshotDecoder, type SnapshotDecoderOptions, type SnapshotOutcome } from "./snapshot-decoder.ts";
export {
  DEFAULT_BUDGET_BYTES,
  minBudgetBytes,
  SnapshotEncoder,
  type SnapshotEncoderOptions,
  type SnapshotRequest,
} from "./snapshot-encoder.ts";
export { MAX_ECHO_HOLD_MS, MAX_REPORTED_DEPTH, type SnapshotHeader } from "./snapshot-header.ts";
export { ID_REST_TICKS, MAX_BASELINE_AGE, SnapshotHistory } from "./snapshot-history.ts";
export { MAX_ENTITIES, MAX_KINDS, type MotionSpecs, SnapshotSchema } from "./snapshot-schema.ts";
