// The meadow's ground: a coarse grid, so that movement shows, and the fence. Drawn once.
import { Container, Graphics } from "pixi.js";
import { MEADOW_HALF_SIZE } from "../../shared/schema/swarm/index.ts";
import { UNIT } from "../arena/palette.ts";
import { FENCE, GROUND_LINE } from "./views.ts";

const HALF = MEADOW_HALF_SIZE * UNIT;
const GRID_METRES = 10;
const MAJOR_METRES = 50;

/** The ground in world units, with the origin in its middle. */
export function createMeadow(): Container {
  const ground = new Container({ label: "meadow" });
  ground.addChild(new Graphics().rect(-HALF, -HALF, 2 * HALF, 2 * HALF).fill(0x0d1b17), grid(), fence());
  return ground;
}

function grid(): Graphics {
  const lines = new Graphics();
  for (let metres = GRID_METRES - MEADOW_HALF_SIZE; metres < MEADOW_HALF_SIZE; metres += GRID_METRES) {
    const isMajor = metres % MAJOR_METRES === 0;
    const at = metres * UNIT;
    lines.moveTo(at, -HALF).lineTo(at, HALF).moveTo(-HALF, at).lineTo(HALF, at);
    lines.stroke({ color: GROUND_LINE, width: isMajor ? 10 : 5, alpha: isMajor ? 0.32 : 0.16 });
  }
  return lines;
}

function fence(): Graphics {
  const lines = new Graphics();
  for (const [width, alpha] of [
    [90, 0.08],
    [16, 0.8],
  ] as const) {
    lines.rect(-HALF, -HALF, 2 * HALF, 2 * HALF).stroke({ color: FENCE, width, alpha });
  }
  return lines;
}
