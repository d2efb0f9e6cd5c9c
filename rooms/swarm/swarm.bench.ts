// What a tick of a full meadow costs, without a network: `node rooms/swarm/swarm.bench.ts [snapshot clients] [patch clients]`.
import { type SwarmState, TICK_HZ } from "../../shared/schema/swarm/index.ts";
import { RoomBench } from "../kit/testing/index.ts";
import { SwarmRoom } from "./swarm-room.ts";
import { HerderCrowd } from "./testing/herder-crowd.ts";

const WARM_UP_TICKS = 100;
const MEASURED_TICKS = 600;

const [snapshotClients = 200, patchClients = 0] = process.argv.slice(2).map(Number);
const bench = await RoomBench.open<SwarmRoom, SwarmState>(SwarmRoom, TICK_HZ, { seed: 1 });
const crowd = await HerderCrowd.join(bench, { snapshotClients, patchClients, seed: 1 });
for (let tick = 0; tick < WARM_UP_TICKS; tick++) crowd.tick();
crowd.measure();
for (let tick = 0; tick < MEASURED_TICKS; tick++) crowd.tick();
process.stdout.write(`${crowd.report()}\n`);
await bench.close();
process.exit(0);
