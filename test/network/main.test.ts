// The simulator as a process: by hand, and that nothing of it keeps a process alive.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openTcp, openUdp, until } from "./test-network.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const INDEX_URL = new URL("index.ts", import.meta.url).href;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface Scope {
  readonly after: (end: () => void) => void;
}

/** Starts Node on `args` and gathers what it prints. It is ended with the test. */
function start(t: Scope, args: readonly string[], cwd = ROOT) {
  const child: ChildProcess = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => {
    child.kill("SIGKILL");
  });
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (bytes: Buffer) => {
      output.text += bytes;
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, output, ended };
}

/** A TCP port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = await openTcp(() => {});
  await server.close();
  return server.port;
}

test("by hand: it passes both protocols, says what it did, and ends clean on Ctrl-C", async (t) => {
  const tcp = await openTcp((socket) => socket.pipe(socket));
  const udp = await openUdp((socket, bytes, port) => socket.send(bytes, port, "127.0.0.1"));
  const client = await openUdp();
  t.after(async () => {
    await Promise.all([tcp.close(), udp.close(), client.close()]);
  });
  const [tcpPort, udpPort] = [await freePort(), await freePort()];
  const pairs = ["--tcp", `${tcp.port}:${tcpPort}`, "--udp", `${udp.port}:${udpPort}`];
  const { child, output, ended } = start(t, [MAIN, "lan", ...pairs, "--seed", "3"]);
  await until("it says how it ends", () => output.text.includes("seed 3; Ctrl-C ends it"));
  assert.match(output.text, /lan: round trip 1 ± 0\.2 ms, no loss each way, keeps order/);

  const socket = connect(tcpPort, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.write("ping");
  const [bytes] = await once(socket, "data");
  assert.equal(String(bytes), "ping");
  client.socket.send("pong", udpPort, "127.0.0.1");
  await until("the datagram is back", () => client.received.length === 1);

  child.kill("SIGINT");
  assert.equal(await ended, 0);
  assert.match(output.text, /In all:\ntcp .* connections of 1\n {2}up {3}4 B in, 4 B out, /);
  assert.match(output.text, /up {3}1 in, 1 out, 0 lost/);
});

test("--duration ends it", async (t) => {
  const { output, ended } = start(t, [MAIN, "lossy", "--udp", `9:${await freePort()}`, "--duration", "1"]);
  assert.equal(await ended, 0);
  assert.match(output.text, /for 1 s\nIn all:/);
});

test("a wrong argument and a taken port end it with a message and not a stack", async (t) => {
  const wrong = start(t, [MAIN, "lossy", "--tcp", "80"]);
  assert.equal(await wrong.ended, 2);
  assert.match(wrong.output.text, /^netsim: --tcp must be TARGET:LISTEN.*\nRun with --help/);
  const server = await openTcp(() => {});
  t.after(() => void server.close());
  const taken = start(t, [MAIN, "lossy", "--tcp", `9:${server.port}`]);
  assert.equal(await taken.ended, 1);
  assert.match(taken.output.text, /^netsim: tcp \d+ -> 9: the LISTEN port is in use: .* give another LISTEN\.\n$/);
  const help = start(t, [MAIN, "--help"]);
  assert.equal(await help.ended, 0);
  assert.match(help.output.text, /npm run netsim -- <profile>/);
});

test("a process that closed its proxies in the middle of traffic ends by itself", async (t) => {
  const code = `
    import { createSocket } from "node:dgram";
    import { createServer, connect } from "node:net";
    import { once } from "node:events";
    const { startTcpProxy, startUdpProxy } = await import(${JSON.stringify(INDEX_URL)});
    const server = createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const port = server.address().port;
    const tcp = await startTcpProxy({ target: { port }, profile: "awful", seed: 1 });
    const udp = await startUdpProxy({ target: { port: 9 }, profile: "awful", seed: 1 });
    const client = connect(tcp.address.port, "127.0.0.1").on("error", () => {});
    const datagrams = createSocket("udp4");
    for (let i = 0; i < 50; i += 1) datagrams.send("x", udp.address.port, "127.0.0.1");
    client.write(Buffer.alloc(100_000));
    while (tcp.counters().up.segments < 3 || udp.counters().up.offered < 50) await new Promise((done) => setTimeout(done, 5));
    tcp.freeze();
    udp.blackout(60_000);
    await Promise.all([tcp.close(), udp.close(), tcp.close(), udp.close()]);
    datagrams.close();
    server.close();
    console.log("closed");
  `;
  const { output, ended } = start(t, ["--input-type=module", "--eval", code]);
  assert.equal(await ended, 0, output.text);
  assert.match(output.text, /closed/);
});

test("the example in the README compiles and runs", async (t) => {
  const readme = await readFile(new URL("README.md", import.meta.url), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  assert.ok(example, "the README has no example");
  const folder = await mkdtemp(join(tmpdir(), "netsim-readme-"));
  t.after(() => void rm(folder, { recursive: true, force: true }));
  const file = join(folder, "example.ts");
  await writeFile(file, example.replace("./index.ts", fileURLToPath(INDEX_URL)));
  const config = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: { typeRoots: [join(ROOT, "node_modules/@types")] },
    include: [file],
  };
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiled = start(t, [join(ROOT, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", folder]);
  assert.equal(await compiled.ended, 0, compiled.output.text);
  const run = start(t, [file]);
  assert.equal(await run.ended, 0, run.output.text);
  assert.match(run.output.text, /datagrams lost, longest wait 0 ms/);
});
