// Colyseus' self-describing numbers (MessagePack's), walked without being believed.

/** Bytes that follow each prefix. */
const WIDTHS: ReadonlyMap<number, number> = new Map([
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
]);

/** Where the number at `offset` ends, or `undefined` when there is none or it is cut short. */
export function numberEnd(frame: Uint8Array, offset: number): number | undefined {
  const prefix = frame[offset];
  if (prefix === undefined) return undefined;
  const width = prefix < 0x80 || prefix >= 0xe0 ? 0 : WIDTHS.get(prefix);
  if (width === undefined || offset + 1 + width > frame.length) return undefined;
  return offset + 1 + width;
}

/** The same for `count` numbers in a row. */
export function numbersEnd(frame: Uint8Array, offset: number, count: number): number | undefined {
  let at: number | undefined = offset;
  for (let index = 0; index < count && at !== undefined; index++) at = numberEnd(frame, at);
  return at;
}

/** A whole number of 0 to `max`, in one of the widths that an encoder chooses for it. `max` is at most 65,535. */
export function readCount(frame: Uint8Array, offset: number, max: number): { value: number; end: number } | undefined {
  const prefix = frame[offset];
  const end = numberEnd(frame, offset);
  if (prefix === undefined || end === undefined) return undefined;
  let value: number;
  if (prefix < 0x80) value = prefix;
  else if (prefix === 0xcc) value = frame[offset + 1]!;
  else if (prefix === 0xcd) value = frame[offset + 1]! | (frame[offset + 2]! << 8);
  else return undefined;
  return value <= max ? { value, end } : undefined;
}
