// As much of Nakama's realtime protocol as a match needs (`rtapi/realtime.proto` of nakama-common): envelopes in protobuf, by hand,
// because a load that spends its time in a general decoder measures itself.

/** Fields of `Envelope`, and of the messages in it. */
const ENVELOPE = { error: 11, match: 12, matchData: 14, matchDataSend: 15, matchJoin: 16 } as const;
const ERROR_MESSAGE = 2;
const JOIN_MATCH_ID = 1;
const DATA_OP_CODE = 3;
const DATA_BYTES = 4;
const SEND = { matchId: 1, opCode: 2, data: 3, reliable: 5 } as const;
/** Wire types of protobuf. */
const VARINT = 0;
const LENGTH = 2;
const CONTINUES = 0x80;
const NO_BYTES = Buffer.alloc(0);

/** What came from the server, as far as a match cares. */
export type NakamaEvent =
  | { readonly type: "joined" }
  | { readonly type: "matchData"; readonly opCode: number; readonly data: Buffer }
  | { readonly type: "error"; readonly message: string }
  | { readonly type: "other" };

/** The request to join a match. */
export function encodeMatchJoin(matchId: string): Buffer {
  return field(ENVELOPE.matchJoin, field(JOIN_MATCH_ID, Buffer.from(matchId)));
}

/** Match data for the server: `data` is the payload's place in `frame`, to be written anew before each send. */
export function matchDataFrame(matchId: string, opCode: number, dataBytes: number): { frame: Buffer; data: Buffer } {
  const reliable = Buffer.of((SEND.reliable << 3) | VARINT, 1);
  const message = Buffer.concat([
    field(SEND.matchId, Buffer.from(matchId)),
    Buffer.of((SEND.opCode << 3) | VARINT, ...varint(opCode)),
    field(SEND.data, Buffer.alloc(dataBytes)),
    reliable,
  ]);
  const frame = field(ENVELOPE.matchDataSend, message);
  const end = frame.length - reliable.length;
  return { frame, data: frame.subarray(end - dataBytes, end) };
}

/** Reads an envelope; `data` is a view of `frame`. Throws a RangeError when the frame is cut off. */
export function decodeEnvelope(frame: Buffer): NakamaEvent {
  let event: NakamaEvent = { type: "other" };
  eachField(frame, (number, body) => {
    if (number === ENVELOPE.matchData) event = matchData(body);
    else if (number === ENVELOPE.match) event = { type: "joined" };
    else if (number === ENVELOPE.error) event = { type: "error", message: errorMessage(body) };
  });
  return event;
}

function matchData(message: Buffer): NakamaEvent {
  let opCode = 0;
  let data: Buffer = NO_BYTES;
  eachField(message, (number, body, value) => {
    if (number === DATA_OP_CODE) opCode = value;
    else if (number === DATA_BYTES) data = body;
  });
  return { type: "matchData", opCode, data };
}

function errorMessage(error: Buffer): string {
  let message = "";
  eachField(error, (number, body) => {
    if (number === ERROR_MESSAGE) message = body.toString();
  });
  return message;
}

/** Calls `take` with each field: its bytes when it has a length, its value when it is a varint. */
function eachField(bytes: Buffer, take: (number: number, body: Buffer, value: number) => void): void {
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= CONTINUES) {
      if (at >= bytes.length) throw new RangeError("an envelope ends within a number");
      const byte = bytes[at++]!;
      value += (byte % CONTINUES) * scale;
      if (byte < CONTINUES) return value;
    }
  };
  while (at < bytes.length) {
    const tag = readVarint();
    const value = readVarint();
    if ((tag & 7) === VARINT) {
      take(tag >>> 3, NO_BYTES, value);
      continue;
    }
    if ((tag & 7) !== LENGTH) throw new RangeError(`an envelope has a field of wire type ${tag & 7}`);
    if (at + value > bytes.length) throw new RangeError("an envelope ends within a field");
    take(tag >>> 3, bytes.subarray(at, at + value), value);
    at += value;
  }
}

function field(number: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([...varint((number << 3) | LENGTH), ...varint(body.length)]), body]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= CONTINUES; value = Math.floor(value / CONTINUES)) bytes.push((value % CONTINUES) + CONTINUES);
  return [...bytes, value];
}
