// `npm run netsim`: the network in a box, by hand. Starts the proxies, says what they do, and ends clean on Ctrl-C.
import { HELP, type NetsimOptions, readArguments, UsageError } from "./arguments.ts";
import type { LinkCounters } from "./link-model.ts";
import { describeProfile, PROFILE_FIGURES } from "./profiles.ts";
import type { StreamCounters } from "./proxied-connection.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { startUdpProxy, type UdpProxy } from "./udp-proxy.ts";

/** How often the counts are printed, in milliseconds. */
const REPORT_INTERVAL_MS = 5_000;

/** One running proxy under the name it is reported by. */
type Running =
  | { readonly kind: "tcp"; readonly label: string; readonly proxy: TcpProxy }
  | { readonly kind: "udp"; readonly label: string; readonly proxy: UdpProxy };

const FAILED = 1;
const USAGE = 2;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let options: NetsimOptions | "help";
  try {
    options = readArguments(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`netsim: ${error.message}\nRun with --help for what it takes.\n`);
    return USAGE;
  }
  if (options === "help") {
    print(HELP);
    return 0;
  }
  return await run(options);
}

async function run(options: NetsimOptions): Promise<number> {
  const running: Running[] = [];
  try {
    await startAll(options, running);
    print(`${options.profile}: ${describeProfile(PROFILE_FIGURES[options.profile])}`);
    print(
      `seed ${options.seed}; ${options.durationSeconds === undefined ? "Ctrl-C ends it" : `for ${options.durationSeconds} s`}`,
    );
    const report = setInterval(() => running.forEach(reportOne), REPORT_INTERVAL_MS);
    await untilEnd(options.durationSeconds);
    clearInterval(report);
    print("In all:");
    running.forEach(reportOne);
    return 0;
  } catch (error) {
    process.stderr.write(`netsim: ${error instanceof Error ? error.message : String(error)}\n`);
    return FAILED;
  } finally {
    await Promise.all(running.map(({ proxy }) => proxy.close()));
  }
}

async function startAll(options: NetsimOptions, running: Running[]): Promise<void> {
  const { host, profile, seed } = options;
  for (const { targetPort, listenPort } of options.tcp) {
    const label = `tcp ${listenPort} -> ${targetPort}`;
    const target = { host, port: targetPort };
    const proxy = await named(label, startTcpProxy({ target, listen: { host, port: listenPort }, profile, seed }));
    running.push({ kind: "tcp", label, proxy });
    print(`${label}: clients connect to ${host} port ${listenPort}`);
  }
  for (const { targetPort, listenPort } of options.udp) {
    const label = `udp ${listenPort} -> ${targetPort}`;
    const target = { host, port: targetPort };
    const proxy = await named(label, startUdpProxy({ target, listen: { host, port: listenPort }, profile, seed }));
    running.push({ kind: "udp", label, proxy });
    print(`${label}: clients send to ${host} port ${listenPort}`);
  }
}

async function named<T>(label: string, starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (!isTaken) throw error;
    throw new Error(`${label}: the LISTEN port is in use: end what uses it, or give another LISTEN.`, { cause: error });
  }
}

/** Resolves when the time is up, or the person has had enough (Ctrl-C, or a TERM signal). */
function untilEnd(durationSeconds: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      process.off("SIGINT", end);
      process.off("SIGTERM", end);
      resolve();
    };
    const timer = durationSeconds === undefined ? undefined : setTimeout(end, durationSeconds * 1_000);
    process.on("SIGINT", end);
    process.on("SIGTERM", end);
  });
}

function reportOne(running: Running): void {
  if (running.kind === "udp") {
    const { up, down, ...rest } = running.proxy.counters();
    print(`${running.label}: ${rest.clients} clients (${rest.clientsRefused} refused)`);
    print(`  up   ${datagrams(up)}`);
    print(`  down ${datagrams(down)}`);
  } else {
    const { up, down, ...rest } = running.proxy.counters();
    print(`${running.label}: ${rest.connections} connections of ${rest.connectionsAccepted}`);
    print(`  up   ${stream(up)}`);
    print(`  down ${stream(down)}`);
  }
}

function datagrams(link: LinkCounters): string {
  return (
    `${link.offered} in, ${link.delivered} out, ${link.lost} lost, ${link.queueDropped} dropped by the queue, ` +
    `${link.blackedOut} blacked out, ${link.duplicated} duplicated, ${link.reordered} reordered`
  );
}

function stream(counters: StreamCounters): string {
  return (
    `${counters.acceptedBytes} B in, ${counters.deliveredBytes} B out, ${counters.segments} segments, ` +
    `${counters.retransmissions} sent again, ${counters.timeouts} timeouts, longest wait ${counters.longestWaitMs.toFixed(0)} ms`
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
