// How the scenarios without players are told: their tables, what they are compared by, and what their columns mean.
import { ACCOUNT_REQUESTS } from "../load/account-requests.ts";
import type { Layout } from "./table.ts";

/** A scenario of its own kind. */
export interface OtherLayout extends Layout {
  /** Title of its plot, which shows what is compared. */
  readonly plot: string;
  /** What the columns mean, as a list in Markdown. */
  readonly legend: string;
}

/** By the scenario's name. */
export const OTHER_LAYOUTS: Readonly<Record<string, OtherLayout>> = {
  accounts: {
    compared: "cpuMs",
    plot: "accounts: CPU a request, ms; without a database that is another process",
    legend: `${Object.entries(ACCOUNT_REQUESTS)
      .map(([name, what]) => `- **${name}**: ${what}.`)
      .join("\n")}
- **requests/s**: of the whole, on one core. A peer's Postgres is on that core too, so that an embedded database has no advantage by being counted elsewhere.
- **CPU ms/request**: of the peer's process, without its Postgres, which is not in that process; with the database where it is embedded.
- **loop p99**: delay of the event loop. Threads that hash passwords, and Postgres, are on the same core as the loop, so that it contains its turns of waiting for the core. Nakama has no such loop.
- **idle p99**: the same of a process on the same core at the same time that does nothing: what the machine alone delays.
- **p50**, **p99**: to the answer, while all connections ask at once.

Passwords are hashed by each peer's own choice: argon2id with 19 MiB and two passes here, scrypt at better-auth, bcrypt at Nakama;
a hash is most of that row, and a cheaper one is no merit. Guests of better-auth cannot come back, so it has no such row. Where hashing is so dear
that no answer came within a trial, with all connections asking at once, there is no figure.`,
    columns: [
      { head: "requests/s", figure: "requestsPerSecond", digits: 0, hasSpread: true },
      { head: "CPU ms/request", figure: "cpuMs", digits: 2, hasSpread: true },
      { head: "loop p99 ms", figure: "loopDelayP99Ms", digits: 1, hasSpread: true },
      { head: "idle p99 ms", figure: "idleLoopDelayP99Ms", digits: 1 },
      { head: "p50 ms", figure: "p50Ms", digits: 1 },
      { head: "p99 ms", figure: "p99Ms", digits: 1 },
      { head: "core %", figure: "cpuShare", digits: 0, unit: 0.01 },
      { head: "load core %", figure: "loadCpuShare", digits: 0, unit: 0.01 },
    ],
  },
  join: {
    compared: "cpuMicroseconds",
    plot: "join: server CPU a join and the leave after it, µs",
    legend: `- **CPU µs/join**: processor time of the game server for one join (HTTP, upgrade, first state, first snapshot) and the leave after it, its ticks meanwhile included.
- **platform µs/join**: the same of the platform's process, which has a core of its own or shares the load's.
- **joins/s**: at the number of joins at once that the point says, each followed by a leave. **joins/s/core**: what one core would do, by the processor time alone.
- **to state**: from asking for the seat (or the match) to the room's first state. **to play**: to the first snapshot or patch, which waits for the next tick.`,
    columns: [
      { head: "CPU µs/join", figure: "cpuMicroseconds", digits: 0, hasSpread: true },
      { head: "platform µs/join", figure: "platformMicroseconds", digits: 0, hasSpread: true },
      { head: "joins/s", figure: "joinsPerSecond", digits: 0, hasSpread: true },
      { head: "joins/s/core", figure: "joinsPerCore", digits: 0 },
      { head: "core %", figure: "cpuShare", digits: 0, unit: 0.01 },
      { head: "to state p50 ms", figure: "stateP50Ms", digits: 1 },
      { head: "p99 ms", figure: "stateP99Ms", digits: 1 },
      { head: "to play p50 ms", figure: "playP50Ms", digits: 1 },
      { head: "p99 ms", figure: "playP99Ms", digits: 1 },
      { head: "load core %", figure: "loadCpuShare", digits: 0, unit: 0.01 },
    ],
  },
  idle: {
    compared: "heapBytes",
    plot: "idle: live heap and buffers of a connected, quiet client, bytes",
    legend: `- **connected**: clients whose connection held to the end, of those that the point says, in one process.
- **heap KB/client**: live objects of V8's heap and buffers outside of it, after everything else was collected, less the same of the empty server, its rooms included. **settled RSS**: the same of resident memory, when V8 has given back what it can; **RSS** before.
- **heap KB/room**: what a room takes before anybody is in it.
- **CPU µs/client/s**: processor time while nothing happens but heartbeats. **B/client/s**: those, on the way to one client.`,
    columns: [
      { head: "connected", figure: "clients", digits: 0 },
      { head: "heap KB/client", figure: "heapBytes", digits: 1, unit: 1024, hasSpread: true },
      { head: "settled RSS", figure: "settledRssBytes", digits: 1, unit: 1024, hasSpread: true },
      { head: "RSS KB/client", figure: "rssBytes", digits: 1, unit: 1024 },
      { head: "heap KB/room", figure: "roomBytes", digits: 1, unit: 1024 },
      { head: "CPU µs/client/s", figure: "cpuMicroseconds", digits: 1, hasSpread: true },
      { head: "core %", figure: "cpuShare", digits: 1, unit: 0.01 },
      { head: "loop p99 ms", figure: "loopDelayP99Ms", digits: 1 },
      { head: "B/client/s", figure: "bytesPerSecond", digits: 2 },
      { head: "load core %", figure: "loadCpuShare", digits: 0, unit: 0.01 },
    ],
  },
};
