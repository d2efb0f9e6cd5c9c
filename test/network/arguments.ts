// The command line of `npm run netsim`, read into plain options; every mistake is told in words a person can act on.
import { parseArgs } from "node:util";
import { LOOPBACK_HOST, MAX_PORT, requireLoopback } from "./loopback.ts";
import { describeProfile, isProfileName, PROFILE_FIGURES, PROFILE_NAMES, type ProfileName } from "./profiles.ts";
import { MAX_SEED } from "./random.ts";

/** The most proxies one command starts. */
export const MAX_PROXIES = 32;

/** The longest `--duration`, in seconds: a week. */
export const MAX_DURATION_SECONDS = 604_800;

/** One proxy to start: clients use `listenPort`, and the real server is at `targetPort`. */
export interface PortPair {
  readonly targetPort: number;
  readonly listenPort: number;
}

/** What the command line asks for. */
export interface NetsimOptions {
  readonly profile: ProfileName;
  readonly tcp: readonly PortPair[];
  readonly udp: readonly PortPair[];
  readonly host: string;
  readonly seed: number;
  /** Nothing: until Ctrl-C. */
  readonly durationSeconds: number | undefined;
}

/** A mistake on the command line; the message says which argument, its bound and the fix. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const DESCRIPTIONS = PROFILE_NAMES.map((name) => `  ${name.padEnd(8)} ${describeProfile(PROFILE_FIGURES[name])}`);

/** What `--help` prints. */
export const HELP = `Puts a bad network between a client and a server on this machine.

  npm run netsim -- <profile> [--tcp TARGET:LISTEN]… [--udp TARGET:LISTEN]… [options]

TARGET is the port the real server listens on, LISTEN the port the simulator opens for clients.
Both are on loopback; at least one --tcp or --udp is needed, and each may be given more than once.

  --tcp TARGET:LISTEN   simulate a TCP port: loss shows as stalls, as it does on a real path
  --udp TARGET:LISTEN   simulate a UDP port: loss, delay, jitter, reordering, duplication
  --host ADDRESS        loopback address of both ends, ${LOOPBACK_HOST} when left out
  --seed N              whole number from 0 to ${MAX_SEED}; the same seed draws the same losses; random when left out
  --duration SECONDS    end after so long, at most ${MAX_DURATION_SECONDS}; until Ctrl-C when left out
  --help                this text

Profiles (times are of the round trip; each direction gets half):
${DESCRIPTIONS.join("\n")}

Example: npm run netsim -- lossy --tcp 2567:12567 --udp 7777:17777
`;

/** Reads `argv` (without node and file). `"help"` when help was asked for; throws {@link UsageError} for a mistake. */
export function readArguments(argv: readonly string[]): NetsimOptions | "help" {
  const { values, positionals } = parse(argv);
  if (values.help) return "help";
  const [name, ...rest] = positionals;
  if (name === undefined) throw new UsageError(`A profile is missing: name one of ${PROFILE_NAMES.join(", ")}.`);
  if (!isProfileName(name)) {
    throw new UsageError(`<profile> must be one of ${PROFILE_NAMES.join(", ")}, and was "${name}".`);
  }
  if (rest.length > 0) throw new UsageError(`Only one profile can be named; leave out "${rest.join(" ")}".`);
  const tcp = (values.tcp ?? []).map((text) => readPortPair("--tcp", text));
  const udp = (values.udp ?? []).map((text) => readPortPair("--udp", text));
  const count = tcp.length + udp.length;
  if (count === 0) throw new UsageError("Nothing to simulate: give --tcp TARGET:LISTEN or --udp TARGET:LISTEN.");
  if (count > MAX_PROXIES) throw new UsageError(`At most ${MAX_PROXIES} ports can be simulated: leave out some.`);
  requireDistinct("--tcp", tcp);
  requireDistinct("--udp", udp);
  return {
    profile: name,
    tcp,
    udp,
    host: readHost(values.host ?? LOOPBACK_HOST),
    seed: readWhole("--seed", values.seed ?? String(Math.floor(Math.random() * (MAX_SEED + 1))), 0, MAX_SEED),
    durationSeconds:
      values.duration === undefined ? undefined : readWhole("--duration", values.duration, 1, MAX_DURATION_SECONDS),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        tcp: { type: "string", multiple: true },
        udp: { type: "string", multiple: true },
        host: { type: "string" },
        seed: { type: "string" },
        duration: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readPortPair(argument: string, text: string): PortPair {
  const parts = text.split(":");
  if (parts.length !== 2) {
    throw new UsageError(`${argument} must be TARGET:LISTEN, two ports, and was "${text}": for example 2567:12567.`);
  }
  const targetPort = readWhole(`${argument} TARGET`, parts[0]!, 1, MAX_PORT);
  const listenPort = readWhole(`${argument} LISTEN`, parts[1]!, 1, MAX_PORT);
  if (targetPort === listenPort) {
    throw new UsageError(`${argument} ${text} would send to itself: give LISTEN another port than TARGET.`);
  }
  return { targetPort, listenPort };
}

function requireDistinct(argument: string, pairs: readonly PortPair[]): void {
  const ports = new Set<number>();
  for (const { listenPort } of pairs) {
    if (ports.has(listenPort))
      throw new UsageError(`${argument} LISTEN ${listenPort} is given twice: use another port.`);
    ports.add(listenPort);
  }
}

function readWhole(argument: string, text: string, lowest: number, highest: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= lowest && value <= highest) return value;
  throw new UsageError(`${argument} must be a whole number from ${lowest} to ${highest}, and was "${text}".`);
}

function readHost(host: string): string {
  try {
    return requireLoopback("--host", host);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
