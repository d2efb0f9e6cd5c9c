import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ARENA_HALF_SIZE, FRAGS_TO_WIN, PLAYER_RADIUS, Player } from "../../shared/schema/arena/index.ts";
import { seededRandom } from "../kit/index.ts";
import { rayHit, spawn, wallDistance, winnerOf } from "./rules.ts";

const coordinate = fc.double({ min: -19, max: 19, noNaN: true });
const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });

test("a ray hits exactly the circles whose centre is within a radius of it and ahead", () => {
  fc.assert(
    fc.property(
      angle,
      fc.double({ min: 0.6, max: 25, noNaN: true }),
      fc.double({ min: -2, max: 2, noNaN: true }),
      (aim, along, aside) => {
        fc.pre(Math.abs(Math.abs(aside) - PLAYER_RADIUS) > 1e-6);
        const direction = { x: Math.cos(aim), y: Math.sin(aim) };
        const target = { x: direction.x * along - direction.y * aside, y: direction.y * along + direction.x * aside };
        const distance = rayHit({ x: 0, y: 0 }, direction, target, 30);
        if (Math.abs(aside) > PLAYER_RADIUS) return assert.equal(distance, undefined);
        const expected = along - Math.sqrt(PLAYER_RADIUS ** 2 - aside ** 2);
        assert.ok(distance !== undefined && Math.abs(distance - expected) < 1e-6);
      },
    ),
  );
});

test("nobody behind or out of range is hit", () => {
  const east = { x: 1, y: 0 };
  assert.equal(rayHit({ x: 0, y: 0 }, east, { x: -3, y: 0 }, 30), undefined);
  assert.equal(rayHit({ x: 0, y: 0 }, east, { x: 12, y: 0 }, 11), undefined);
});

test("a shot ends on the wall, wherever it is fired", () => {
  fc.assert(
    fc.property(coordinate, coordinate, angle, (x, y, aim) => {
      const direction = { x: Math.cos(aim), y: Math.sin(aim) };
      const distance = wallDistance({ x, y }, direction, 100);
      const end = Math.max(Math.abs(x + direction.x * distance), Math.abs(y + direction.y * distance));
      assert.ok(Math.abs(end - ARENA_HALF_SIZE) < 1e-6, `ended at ${end}`);
    }),
  );
});

test("spawns keep clear of the walls and are exactly what the wire carries", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.record({ x: coordinate, y: coordinate }), { maxLength: 15 }), (seed, others) => {
      const player = new Player();
      spawn(player, others, seededRandom(seed));
      assert.ok(Math.max(Math.abs(player.x), Math.abs(player.y)) <= ARENA_HALF_SIZE - 8);
      assert.equal(player.x, Math.fround(player.x));
      assert.equal(player.y, Math.fround(player.y));
    }),
  );
});

test("a round is won at the frag limit, or by the most frags when time is up; nobody wins with none", () => {
  const player = (frags: number): Player => Object.assign(new Player(), { frags });
  const [low, high] = [player(3), player(FRAGS_TO_WIN)];
  assert.equal(winnerOf([low, high], false), high);
  assert.equal(winnerOf([low, player(2)], false), undefined);
  assert.equal(winnerOf([player(2), low], true), low);
  assert.equal(winnerOf([player(0), player(0)], true), undefined);
});
