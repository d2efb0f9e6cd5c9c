// How the swarm is drawn: sizes, colours and shapes. Calm and scared differ in lightness and shape, not in hue alone.
import { GraphicsContext } from "pixi.js";
import { BEACON_RADIUS, MEADOW_HALF_SIZE, PLAYER_RADIUS } from "../../shared/schema/swarm/index.ts";
import type { CameraSubject } from "../arena/camera.ts";
import { UNIT } from "../arena/palette.ts";

/** What the camera shows: sight ends within a wide screen, so that a person sees where. */
export const MEADOW: CameraSubject = { halfSize: MEADOW_HALF_SIZE, viewMetres: 66, minPixelsPerMetre: 7 };

export const GROUND_LINE = 0x4f7a68;
export const FENCE = 0x8fc7a5;
export const OWN = 0x4cc9f0;
export const OTHER = 0xff9e3d;
export const BEACON = 0xf4d35e;

/** Everybody is drawn larger than they are, or nobody would see them. */
const R = PLAYER_RADIUS * UNIT * 1.8;

/** Movers look along +x: a drop when calm, a dart when scared. */
export const CALM = new GraphicsContext()
  .poly([38, 0, -6, -22, -26, -10, -26, 10, -6, 22])
  .fill(0x86c9a4)
  .circle(10, 0, 7)
  .fill(0x17352a);
export const SCARED = new GraphicsContext()
  .poly([54, 0, -22, -24, -10, 0, -22, 24])
  .fill(0xfff3c4)
  .poly([-30, -12, -54, 0, -30, 12])
  .fill({ color: 0xfff3c4, alpha: 0.45 });

/** Herders: a disc with a nose. */
export const OWN_HERDER = herder(OWN, 0x0f4a63)
  .circle(0, 0, R * 1.6)
  .stroke({ color: 0xffffff, width: 5, alpha: 0.8 });
export const OTHER_HERDER = herder(OTHER, 0x5f3408);

/** The ring that a mover must be driven into. */
export const BEACON_RING = new GraphicsContext()
  .circle(0, 0, BEACON_RADIUS * UNIT)
  .fill({ color: BEACON, alpha: 0.1 })
  .circle(0, 0, BEACON_RADIUS * UNIT)
  .stroke({ color: BEACON, width: 12, alpha: 0.9 })
  .circle(0, 0, 0.8 * UNIT)
  .fill({ color: BEACON, alpha: 0.9 });

/** Points to a beacon that is off the screen; page pixels, along +x. */
export const POINTER = new GraphicsContext().poly([16, 0, -8, -9, -3, 0, -8, 9]).fill(BEACON);

/** Where sight begins to end: dashes on a circle of `metres`. */
export function sightRing(metres: number): GraphicsContext {
  const context = new GraphicsContext();
  const dashes = 120;
  for (let dash = 0; dash < dashes; dash++) {
    const from = (dash / dashes) * 2 * Math.PI;
    context.moveTo(Math.cos(from) * metres * UNIT, Math.sin(from) * metres * UNIT);
    context.arc(0, 0, metres * UNIT, from, from + Math.PI / dashes);
  }
  return context.stroke({ color: OWN, width: 7, alpha: 0.35 });
}

function herder(line: number, body: number): GraphicsContext {
  return new GraphicsContext()
    .poly([R * 1.5, 0, R * 0.6, -R * 0.5, R * 0.6, R * 0.5])
    .fill(line)
    .circle(0, 0, R)
    .fill(body)
    .circle(0, 0, R - 4)
    .stroke({ color: line, width: 8 })
    .circle(0, 0, R * 0.35)
    .fill(line);
}
