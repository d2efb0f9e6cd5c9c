// The silhouettes: a round body for people, a hexagon for bots, and a ringed one for the own fighter.
import { GraphicsContext } from "pixi.js";
import { PLAYER_RADIUS } from "../../shared/schema/arena/index.ts";
import { ROLE_COLOURS, type Role, UNIT } from "./palette.ts";

const R = PLAYER_RADIUS * UNIT;

/** How far the gun reaches from the fighter's middle, in metres: where shots are drawn from. */
export const MUZZLE_METRES = 0.86;

/** Bodies by role, looking along +x. The outline's outer edge is the radius that shots are judged with. */
export const BODIES: Record<Role, GraphicsContext> = { own: body("own"), person: body("person"), bot: body("bot") };

/** A soft shadow under a fighter. */
export const SHADOW = new GraphicsContext()
  .circle(0, 0, R * 1.3)
  .fill({ color: 0x000000, alpha: 0.16 })
  .circle(0, 0, R * 1.12)
  .fill({ color: 0x000000, alpha: 0.26 });

/** The ring that marks the own fighter. */
export const OWN_RING = new GraphicsContext()
  .circle(0, 0, R * 1.5)
  .stroke({ color: 0xffffff, width: 3.5, alpha: 0.85 })
  .circle(0, 0, R * 1.5)
  .stroke({ color: ROLE_COLOURS.own.line, width: 14, alpha: 0.13 });

/** The dashed bubble of a fighter who cannot be hurt yet. */
export const SHIELD = dashes(R * 1.75, 12, 0.62, 5, 0xffffff);

/** Where the server last said somebody was. */
export const GHOSTS: Record<Role, GraphicsContext> = {
  own: dashes(R, 9, 0.6, 4, ROLE_COLOURS.own.line),
  person: dashes(R, 9, 0.6, 4, ROLE_COLOURS.person.line),
  bot: dashes(R, 9, 0.6, 4, ROLE_COLOURS.bot.line),
};

function body(role: Role): GraphicsContext {
  const { line, body: dark } = ROLE_COLOURS[role];
  const context = new GraphicsContext();
  context.roundRect(R * 0.1, -8, MUZZLE_METRES * UNIT - R * 0.1, 16, 4).fill(0x0a0f16);
  context.roundRect(R * 0.3, -5, MUZZLE_METRES * UNIT - R * 0.3 - 3, 10, 3).fill(line);
  if (role === "bot") {
    context.regularPoly(0, 0, R, 6, Math.PI / 6).fill(dark);
    context.regularPoly(0, 0, R - 2.5, 6, Math.PI / 6).stroke({ color: line, width: 5, join: "round" });
    context.roundRect(-2, -R * 0.46, 11, R * 0.92, 4).fill(line);
    return context;
  }
  context.circle(0, 0, R).fill(dark);
  context.circle(0, 0, R - 2.5).stroke({ color: line, width: 5 });
  context
    .ellipse(-4, -R * 0.55, 8, 7)
    .ellipse(-4, R * 0.55, 8, 7)
    .fill({ color: line, alpha: 0.8 });
  context.circle(0, 0, R * 0.42).fill(role === "own" ? 0xffffff : line);
  if (role === "own") context.poly([9, 0, -5, -8, -1, 0, -5, 8]).fill(dark);
  else context.circle(3, 0, R * 0.16).fill(dark);
  return context;
}

function dashes(radius: number, count: number, share: number, width: number, color: number): GraphicsContext {
  const context = new GraphicsContext();
  const step = (2 * Math.PI) / count;
  for (let dash = 0; dash < count; dash++) {
    const from = dash * step;
    context.moveTo(Math.cos(from) * radius, Math.sin(from) * radius);
    context.arc(0, 0, radius, from, from + step * share);
  }
  return context.stroke({ color, width, cap: "round" });
}
