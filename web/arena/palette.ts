// Colours of the arena. Own, people and bots differ in hue, lightness and shape, so that no kind of colour blindness mixes them.

/** World units a metre: the arena is drawn at this size and scaled, so that circles get enough segments. */
export const UNIT = 64;

export const BACKDROP = 0x070b11;
export const FLOOR = 0x0e1520;
export const GRID = 0x4a6a8c;
export const BORDER = 0x6ea8d8;
export const SPARK = 0xfff1c9;
export const HEALTHY = 0xe9f2fb;
export const HURT = 0xffb454;

/** What a fighter is to the person at this screen. */
export type Role = "own" | "person" | "bot";

/** Each role's line colour (bright) and body colour (dark). */
export const ROLE_COLOURS: Record<Role, { line: number; body: number }> = {
  own: { line: 0x4cc9f0, body: 0x0f4a63 },
  person: { line: 0xff9e3d, body: 0x5f3408 },
  bot: { line: 0xc4bfdb, body: 0x45425f },
};
