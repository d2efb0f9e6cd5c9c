// The arena's floor, metre grid and border: drawn once, never touched again.
import { Container, Graphics, Sprite, Text, Texture } from "pixi.js";
import { ARENA_HALF_SIZE } from "../../shared/schema/arena/index.ts";
import { BACKDROP, BORDER, GRID, UNIT } from "./palette.ts";

const HALF = ARENA_HALF_SIZE * UNIT;
const MAJOR_METRES = 5;
const CORNER_METRES = 2.5;
/** How far past the border a very wide screen can look. */
const OUTSIDE_METRES = 120;

/** The whole floor in world units, with the origin in its middle. `isLit` costs one full-screen pass. */
export function createFloor(isLit: boolean): Container {
  const floor = new Container({ label: "floor" });
  if (isLit) floor.addChild(light());
  floor.addChild(outside(), grid(), border());
  for (let metres = -ARENA_HALF_SIZE + MAJOR_METRES; metres < ARENA_HALF_SIZE; metres += MAJOR_METRES) {
    floor.addChild(mark(metres, metres * UNIT, HALF + 0.6 * UNIT), mark(metres, -HALF - 0.8 * UNIT, -metres * UNIT));
  }
  return floor;
}

function grid(): Graphics {
  const lines = new Graphics();
  for (let metres = -ARENA_HALF_SIZE + 1; metres < ARENA_HALF_SIZE; metres++) {
    const isMajor = metres % MAJOR_METRES === 0;
    const at = metres * UNIT;
    lines.moveTo(at, -HALF).lineTo(at, HALF).moveTo(-HALF, at).lineTo(HALF, at);
    lines.stroke({ color: GRID, width: isMajor ? 3 : 2, alpha: isMajor ? 0.2 : 0.075 });
  }
  for (let x = -ARENA_HALF_SIZE + MAJOR_METRES; x < ARENA_HALF_SIZE; x += MAJOR_METRES) {
    for (let y = -ARENA_HALF_SIZE + MAJOR_METRES; y < ARENA_HALF_SIZE; y += MAJOR_METRES) {
      const arm = 0.16 * UNIT;
      lines.moveTo(x * UNIT - arm, y * UNIT).lineTo(x * UNIT + arm, y * UNIT);
      lines.moveTo(x * UNIT, y * UNIT - arm).lineTo(x * UNIT, y * UNIT + arm);
    }
  }
  lines.stroke({ color: GRID, width: 4, alpha: 0.7 });
  lines.circle(0, 0, 5 * UNIT).stroke({ color: GRID, width: 4, alpha: 0.28 });
  lines.circle(0, 0, 0.9 * UNIT).stroke({ color: GRID, width: 4, alpha: 0.4 });
  for (let quarter = 0; quarter < 4; quarter++) {
    const [cos, sin] = [Math.cos((quarter * Math.PI) / 2), Math.sin((quarter * Math.PI) / 2)];
    lines.moveTo(cos * 4.6 * UNIT, sin * 4.6 * UNIT).lineTo(cos * 5.4 * UNIT, sin * 5.4 * UNIT);
  }
  lines.stroke({ color: BORDER, width: 6, alpha: 0.35 });
  return lines;
}

function border(): Graphics {
  const lines = new Graphics();
  for (const [width, alpha] of [
    [56, 0.035],
    [34, 0.05],
    [16, 0.09],
    [5, 0.75],
  ] as const) {
    lines.rect(-HALF, -HALF, 2 * HALF, 2 * HALF).stroke({ color: BORDER, width, alpha, alignment: 0.5 });
  }
  const arm = CORNER_METRES * UNIT;
  for (const [sx, sy] of [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ] as const) {
    const [x, y] = [sx * (HALF + 14), sy * (HALF + 14)];
    lines
      .moveTo(x - sx * arm, y)
      .lineTo(x, y)
      .lineTo(x, y - sy * arm);
  }
  lines.stroke({ color: BORDER, width: 12, alpha: 0.95, cap: "butt", join: "miter" });
  return lines;
}

/** Everything past the border. The floor itself is the renderer's clear colour: a full-screen rectangle less to fill. */
function outside(): Graphics {
  const far = HALF + OUTSIDE_METRES * UNIT;
  return new Graphics()
    .rect(-far, -far, 2 * far, far - HALF)
    .rect(-far, HALF, 2 * far, far - HALF)
    .rect(-far, -HALF, far - HALF, 2 * HALF)
    .rect(HALF, -HALF, far - HALF, 2 * HALF)
    .fill(BACKDROP);
}

/** A soft pool of light in the middle, so that the floor is not one flat colour. */
function light(): Sprite {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 256;
  const context = canvas.getContext("2d")!;
  const gradient = context.createRadialGradient(128, 128, 0, 128, 128, 128);
  gradient.addColorStop(0, "rgba(70, 120, 175, 0.20)");
  gradient.addColorStop(0.6, "rgba(50, 90, 140, 0.07)");
  gradient.addColorStop(1, "rgba(40, 70, 120, 0)");
  context.fillStyle = gradient;
  context.fillRect(0, 0, 256, 256);
  const sprite = new Sprite({ texture: Texture.from(canvas), anchor: 0.5 });
  sprite.setSize(2 * HALF);
  return sprite;
}

/** A metre mark outside the border. */
function mark(metres: number, x: number, y: number): Text {
  const style = { fontFamily: "system-ui, sans-serif", fontSize: 26, fontWeight: "600" as const, fill: BORDER };
  return new Text({ text: `${metres}`, style, x, y, anchor: 0.5, alpha: 0.45 });
}
