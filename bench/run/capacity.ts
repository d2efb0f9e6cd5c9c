// `npm run bench -- capacity`: what a player costs in games of many shapes, for the model of `npm run capacity`.
import { measureByTurns } from "./by-turns.ts";
import { CAPACITY_POINTS } from "./capacity-grid.ts";
import { findCores } from "./cores.ts";
import { arenaPoint } from "./scenarios.ts";
import { runTrial } from "./trial.ts";

const cores = findCores();

await measureByTurns({
  scenario: "capacity",
  what: "This server alone over a grid of tick rates, room sizes and entities",
  points: CAPACITY_POINTS,
  quickPoints: [arenaPoint(32)],
  runTrial: (point, { seconds, warmUpSeconds }) =>
    runTrial("gamekeeper", point, {
      cores,
      seconds,
      warmUpSeconds,
      frameBytes: { stock: 0, ours: 0 },
      isProfiled: false,
    }),
});
