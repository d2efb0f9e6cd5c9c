// Whether what a client sees moves, as everybody in a measured game does.
import type { Place } from "./load-client.ts";

type Places = ReadonlyMap<string | number, Place>;

/** What is wrong with two looks at the same entities, some time apart; `undefined` when nothing is, or nobody looked. */
export function restingOf(before: Places | undefined, after: Places | undefined): string | undefined {
  if (!before || !after) return undefined;
  let moved = 0;
  let rested = 0;
  for (const [id, { x, y, yaw }] of after) {
    const was = before.get(id);
    if (!was) continue;
    if (was.x === x && was.y === y && was.yaw === yaw) rested += 1;
    else moved += 1;
  }
  if (moved === 0) return `nobody move among ${after.size} entities`;
  return rested > moved ? `${rested} of ${rested + moved} entities at rest` : undefined;
}
