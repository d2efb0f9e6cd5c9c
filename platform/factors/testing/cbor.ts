// Writes the little of CBOR (RFC 8949) that a passkey authenticator needs, for tests.

const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5 } as const;

/** Encodes whole numbers, text, bytes, arrays and maps, in the order they are given. Throws for anything else. */
export function encodeCbor(value: unknown): Buffer {
  if (typeof value === "number" && Number.isInteger(value)) {
    return value >= 0 ? head(MAJOR.unsigned, value) : head(MAJOR.negative, -1 - value);
  }
  if (typeof value === "string") return Buffer.concat([head(MAJOR.text, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(MAJOR.bytes, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(MAJOR.array, value.length), ...value.map(encodeCbor)]);
  if (value instanceof Map) {
    return Buffer.concat([head(MAJOR.map, value.size), ...[...value].flat().map(encodeCbor)]);
  }
  throw new TypeError(`CBOR of a ${typeof value} is not needed here.`);
}

function head(major: number, value: number): Buffer {
  const type = major << 5;
  if (value < 24) return Buffer.from([type | value]);
  if (value < 0x100) return Buffer.from([type | 24, value]);
  if (value < 0x1_0000) return Buffer.from([type | 25, value >> 8, value & 0xff]);
  const long = Buffer.alloc(5);
  long[0] = type | 26;
  long.writeUInt32BE(value, 1);
  return long;
}
