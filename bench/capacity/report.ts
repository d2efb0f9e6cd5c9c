// docs/capacity.md, written from the measurements.
import { percent, whole } from "./answer.ts";
import { capacityOf, errorsAt, FLEET_MACHINES, type ModelError, PLANNED_CORE_SHARE } from "./capacity.ts";
import { HOW_TO_MEASURE, type Measurements } from "./measurements.ts";
import { BYTE_TERM_NAMES, CPU_TERM_NAMES, fitModel, type Workload } from "./model.ts";

/** Cores of the machine in the examples: a common size, not one that was measured. */
const EXAMPLE_CORES = 8;

const EXAMPLES: readonly { readonly what: string; readonly workload: Workload }[] = [
  { what: "16 players, everyone sees everyone", workload: game(30, 16, 16, 16) },
  { what: "60 players, everyone sees everyone", workload: game(20, 60, 60, 60) },
  { what: "100 players among 500 movers, 40 in sight", workload: game(20, 100, 600, 40) },
];

/** The page. */
export function capacityPage(measured: Measurements): string {
  const model = fitModel(measured.fitted);
  const { machine, rounds, seconds } = measured;
  const { processRatio } = measured;
  return `# Capacity

What a core, a machine and a fleet carry of your game:

\`\`\`sh
npm run capacity -- --tick 30 --players 16 --movers 16
\`\`\`

This page is written by \`npm run capacity -- --write\` from \`bench/results/capacity.json\`, and that by \`${HOW_TO_MEASURE}\`: measure on your own machine before you buy many.
Here it was ${machine.cpu} (${machine.cores} cores, ${machine.isPinned ? "server and load on one each" : "not pinned"}), Node ${machine.node}, on ${machine.date}, with a load average of ${machine.loadAverage.toFixed(1)} before the run; each point is the median of ${rounds} trials of ${seconds} s, taken by turns.

## Examples

| Game | Tick | µs a player a second | Bytes a player a second | Players, one core | ${EXAMPLE_CORES} cores | ${FLEET_MACHINES} such machines |
|---|---:|---:|---:|---:|---:|---:|
${EXAMPLES.map(({ what, workload }) => {
  const { prediction, core, machine: one, fleet } = capacityOf(measured, workload, EXAMPLE_CORES);
  const { cpuMicroseconds, bytesPerSecond } = prediction;
  return `| ${what} | ${workload.tickHz} Hz | ${whole(cpuMicroseconds)} | ${whole(bytesPerSecond)} | ${whole(core.players)} | ${whole(one.players)} | ${whole(fleet.players)} |`;
}).join("\n")}

## The model

A player's second is the sum of what is done in it for that player, each as often as the game does it. Costs are fitted by least squares of the relative error, none below 0.

| Term | How often, a player and second | µs each |
|---|---|---:|
${CPU_TERM_NAMES.map(({ name, what }) => `| ${what} | ${COUNTS[name]} | ${model.cpu[name].toFixed(3)} |`).join("\n")}

| Term | How often, a player and second | Bytes each |
|---|---|---:|
${BYTE_TERM_NAMES.map(({ name, what }) => `| ${what} | ${COUNTS[name]} | ${model.bytes[name].toFixed(2)} |`).join("\n")}

A core is planned to ${PLANNED_CORE_SHARE * 100} %, in whole rooms. A term with 0 costs too little to be told from the others by these points, and is contained in them.

## How right it is

Points that the model was **not** fitted on:

${errorTable(errorsAt(model, measured.checks))}

Points that it was fitted on:

${errorTable(errorsAt(model, measured.fitted))}

## Many cores

Rooms share nothing, so a machine of N cores runs N processes and carries N times a core (\`GAME_PROCESSES=auto\`, [Many cores](operate.md#many-cores)). ${
    processRatio === undefined
      ? "What processes cost each other is measured by `npm run bench -- cores`, for two, each with its clients on a core of its own. There is no such figure here: it needs a machine that does nothing else, since a process that leaves out ticks costs less for it."
      : `What processes cost each other was measured for two, each with its clients on a core of its own: a player costs ${processRatio.toFixed(2)} of what one costs beside an idle core (\`npm run bench -- cores\`). The model takes that factor (1 where it is less) for every N above 1.`
  }

What it does not know of:

- More than two processes. They share the memory's bandwidth, the last cache, the kernel's network code and the card with its interrupts; some day one of these is full. Two hyper-threads are not two cores: count cores.
- A machine's other work: the platform, a proxy, TLS, logs.
- A fleet's middle: ${FLEET_MACHINES} machines are ${FLEET_MACHINES} times one as far as matches go, which never speak with each other. Sign-ins, seats and heartbeats are the platform's, and are not in this model.

## Limits

- WebSocket without TLS, on one machine's loopback. A data channel costs a client several times as much ([Datagrams](operate.md#datagrams)); a real network card is dearer or cheaper than loopback.
- Our own client, which speaks snapshots. Stock clients get patches, which are dearer and larger.
- The measured game has little to compute: a step is a sum. What your own rules cost a tick is on top: \`game_tick_duration_seconds\` says.
- Bytes are those of WebSocket frames. TCP, IP and Ethernet add about 66 to each frame, and half as much for the acknowledgements that come back.
- A server that is late sends fewer snapshots than its tick rate; points are entered with the rate at which snapshots came.
- Everyone moves all the time and turns at random: the worst case for bytes.
- Entities that do not fit in a snapshot of 1,150 bytes wait their turn and are cheaper than the model says.
`;
}

const COUNTS = {
  inputFrame: "inputs",
  snapshot: "tick",
  visibleEntity: "tick × entities in sight",
  chosenEntity: "tick × entities in sight, where not all see all",
  moverTick: "tick × movers ÷ players",
} as const;

function errorTable(errors: readonly ModelError[]): string {
  const rows = errors.map(({ point, predicted, cpu, bytes }) => {
    const time = `${whole(point.cpuMicroseconds)} | ${whole(predicted.cpuMicroseconds)} | ${percent(cpu)}`;
    return `| ${point.name} | ${time} | ${whole(point.bytesPerSecond)} | ${whole(predicted.bytesPerSecond)} | ${percent(bytes)} |`;
  });
  const head =
    "| Point | µs measured | Model | Error | Bytes/s measured | Model | Error |\n|---|---:|---:|---:|---:|---:|---:|";
  return [head, ...rows].join("\n");
}

function game(tickHz: number, players: number, movers: number, visible: number): Workload {
  return { tickHz, inputHz: tickHz, players, movers, visible };
}
