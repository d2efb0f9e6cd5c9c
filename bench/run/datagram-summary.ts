// What the scenario `datagrams` comes to: how much dearer they are, how many players a core holds, and what `auto` saves.
import { figuresOf, type PointResult } from "./results.ts";
import { markdownTable } from "./table.ts";

/** Share of a core that a server may be given to. */
const USABLE_CORE = 0.9;
/** Share of the players on lines that call for datagrams, in the mix. */
const MIXED_SHARE = 0.1;

/** Processor time of one player a second, µs. */
export interface DatagramCosts {
  readonly websocket: number;
  readonly datagram: number;
  /** Measured where one in ten plays by datagrams. */
  readonly mixed?: number;
}

/** What follows from the costs. */
export interface DatagramVerdict {
  /** Cost by datagrams, as a multiple of that by WebSocket. */
  readonly ratio: number;
  /** Players that `USABLE_CORE` would carry, by their cost alone. */
  readonly websocketPlayers: number;
  readonly datagramPlayers: number;
  /** Cost of the mix: from the two costs, and as measured. */
  readonly mixedFromCosts: number;
  readonly mixedMeasured?: number;
  /** Share of the cost of `always` that `auto` saves on the mix, by the measured cost where there is one. */
  readonly autoSaves: number;
}

/** Works it out. */
export function datagramVerdict({ websocket, datagram, mixed }: DatagramCosts): DatagramVerdict {
  const mixedFromCosts = (1 - MIXED_SHARE) * websocket + MIXED_SHARE * datagram;
  return {
    ratio: datagram / websocket,
    websocketPlayers: playersOfCore(websocket),
    datagramPlayers: playersOfCore(datagram),
    mixedFromCosts,
    ...(mixed !== undefined && { mixedMeasured: mixed }),
    autoSaves: 1 - (mixed ?? mixedFromCosts) / datagram,
  };
}

function playersOfCore(microseconds: number): number {
  return Math.floor((USABLE_CORE * 1e6) / microseconds);
}

/** What is written below a point's table; nothing where one of the two ways was not measured. */
export function datagramSummary({ peers }: PointResult<object>): string[] {
  const cost = (name: string): number | undefined => peers[name] && figuresOf(peers[name])["cpuMicroseconds"]?.median;
  const websocket = cost("gamekeeper");
  const datagram = cost("datagrams");
  if (websocket === undefined || datagram === undefined) return [];
  const mixed = cost("datagrams-auto");
  const verdict = datagramVerdict({ websocket, datagram, ...(mixed !== undefined && { mixed }) });
  const row = (name: string, microseconds: number | undefined): string[][] =>
    microseconds === undefined
      ? []
      : [
          [
            name,
            microseconds.toFixed(0),
            `${(microseconds / websocket).toFixed(2)} ×`,
            String(playersOfCore(microseconds)),
          ],
        ];
  return [
    markdownTable(
      ["players", "CPU µs/player/s", "beside WebSocket", `players in ${100 * USABLE_CORE} % of a core, by CPU alone`],
      [
        ...row("all by WebSocket", websocket),
        ...row("one in ten by datagrams, from the two costs", verdict.mixedFromCosts),
        ...row("one in ten by datagrams, measured", verdict.mixedMeasured),
        ...row("all by datagrams", datagram),
      ],
    ),
    "",
    `Where one line in ten calls for datagrams, \`auto\` costs ${savings(verdict.autoSaves)} than \`always\`.`,
    "",
  ];
}

/** A share that is saved, in words; quiet channels may cost more than is saved. */
function savings(share: number): string {
  return `${(100 * Math.abs(share)).toFixed(0)} % ${share < 0 ? "more" : "less"}`;
}

/** When to use which setting; stands below all points. */
export const DATAGRAM_ADVICE = `### Which setting

- \`DATAGRAMS=auto\`, the default, is for players of whom nobody knows the lines: a bad one gets datagrams after its first stalls, a good one stays on its WebSocket.
  Every client opens its channel when it joins, and keeps it: set-up (CPU ms/join), memory (settled RSS) and the processor time of quiet channels are paid for good
  lines too. What lies between the two rows of the mix is the price of quiet channels; where the measured one is near the last row, \`auto\` saves bytes and
  not processor time.
- \`always\` is for a server that is far from full and whose players sit on mobile or lossy lines: the first loss then costs nobody a stall. Size the machine by
  the last row.
- \`never\` is for games without fast motion, for a network where no UDP port can be opened, and where every core must carry as many as it can.

The price of a data channel is that of threads that hand each other small packets, of encryption, and of waking the game's thread for each frame, not of the wire:
acknowledgements ride on the packets that go the other way anyway ("wire packets", of both directions; snapshots and inputs alone are twice the tick rate).
`;
