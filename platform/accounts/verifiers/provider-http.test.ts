import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { AppError } from "../../../shared/schema/errors.ts";
import { createLog } from "../../ops/log.ts";
import { LogSink } from "../../testing/log-sink.ts";
import { MAX_REQUESTS_IN_FLIGHT, ProviderHttp } from "./provider-http.ts";
import { type FakeProvider, startFakeProvider } from "./testing/fake-provider.ts";
import { isError } from "./verifier.contract.ts";

const withProvider = (work: (provider: FakeProvider) => Promise<void>) => async () => {
  const provider = await startFakeProvider();
  provider.on("/", () => ({ body: { ok: true } }));
  try {
    await work(provider);
  } finally {
    await provider.close();
  }
};

/** Why a request was not made or not taken, for the log alone. */
async function reasonOf(asked: Promise<unknown>): Promise<string> {
  const error = await asked.then(
    () => assert.fail("it was answered"),
    (refusal: unknown) => refusal,
  );
  isError("provider.unavailable")(error);
  return ((error as AppError).cause as Error).message;
}

describe("requests to providers", () => {
  for (const address of [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
    "https://[::ffff:7f00:1]/",
    "https://224.0.0.1/",
  ]) {
    it(`are not made to ${address}`, async () => {
      assert.match(await reasonOf(new ProviderHttp().ask(address)), /is not a public address/);
    });
  }

  it("are not made to a name whose addresses are not public", async () => {
    assert.match(await reasonOf(new ProviderHttp().ask("https://localhost:1/")), /is not a public address/);
  });

  it("are not made to any private IPv4 address, however it is spelled", async () => {
    const http = new ProviderHttp();
    const privateAddress = fc.oneof(
      fc.nat(0xffffff).map((rest) => 0x0a000000 + rest),
      fc.nat(0xffffff).map((rest) => 0x7f000000 + rest),
      fc.nat(0xffff).map((rest) => 0xc0a80000 + rest),
      fc.nat(0xfffff).map((rest) => 0xac100000 + rest),
    );
    const spelling = fc.constantFrom(
      (ip: number) => String(ip),
      (ip: number) => `0x${ip.toString(16)}`,
      (ip: number) => `0${ip.toString(8)}`,
      (ip: number) => `[::ffff:${(ip >>> 16).toString(16)}:${(ip & 0xffff).toString(16)}]`,
    );
    await fc.assert(
      fc.asyncProperty(privateAddress, spelling, async (ip, spell) => {
        assert.match(await reasonOf(http.ask(`https://${spell(ip)}/`)), /is not a public address/);
      }),
    );
  });

  it(
    "are made without TLS and on this machine only to hosts that the operator named",
    withProvider(async ({ url, asked }) => {
      assert.match(await reasonOf(new ProviderHttp().ask(url)), /is not https:/);
      assert.match(await reasonOf(new ProviderHttp({ privateHosts: ["keycloak.internal"] }).ask(url)), /is not https:/);
      assert.equal(asked.length, 0);
      const http = new ProviderHttp({ privateHosts: ["127.0.0.1"] });
      assert.deepEqual(await http.askJson(url), { status: 200, json: { ok: true } });
      http.close();
    }),
  );

  it("are not made by other schemes, or with credentials in the address", async () => {
    const http = new ProviderHttp();
    for (const address of ["file:///etc/passwd", "data:text/plain,x", "ftp://example.com/", "gopher://example.com/"]) {
      assert.match(await reasonOf(http.ask(address)), /is not https:/);
    }
    assert.match(await reasonOf(http.ask("https://user:password@example.com/")), /credentials/);
  });

  it(
    "are refused at once when too many are under way to one provider",
    withProvider(async (provider) => {
      const http = new ProviderHttp({ privateHosts: ["127.0.0.1"], timeoutMs: 1_000 });
      provider.trouble("never answers");
      const waiting = Array.from({ length: MAX_REQUESTS_IN_FLIGHT }, () => reasonOf(http.ask(provider.url)));
      const startedAt = performance.now();
      assert.match(await reasonOf(http.ask(provider.url)), /under way already/);
      assert.ok(performance.now() - startedAt < 500);
      await Promise.all(waiting);
      provider.trouble(undefined);
      assert.equal((await http.ask(provider.url)).status, 200);
      http.close();
    }),
  );

  it(
    "are logged when a provider gets into trouble, once until it is out of it, without the address' secrets",
    withProvider(async (provider) => {
      const sink = new LogSink();
      const http = new ProviderHttp({ privateHosts: ["127.0.0.1"], log: createLog("debug", [], sink) });
      const lines = () => sink.lines.filter(({ event }) => event === "provider.unavailable");
      provider.trouble("answers 500");
      for (let i = 0; i < 3; i += 1) await reasonOf(http.ask(`${provider.url}/?key=secret`));
      assert.equal(lines().length, 1);
      assert.equal(lines()[0]?.["host"], new URL(provider.url).host);
      assert.ok(!JSON.stringify(sink.lines).includes("secret"));
      provider.trouble(undefined);
      await http.ask(provider.url);
      provider.trouble("resets connections");
      await reasonOf(http.ask(provider.url));
      assert.equal(lines().length, 2);
      http.close();
    }),
  );

  for (const [trouble, reason] of [
    ["never answers", /aborted/],
    ["drips", /aborted/],
    ["announces a huge answer", /more than 1000 bytes/],
    ["never stops answering", /more than 1000 bytes/],
    ["redirects elsewhere", /redirects are not followed/],
    ["answers 500", /answered 500/],
    ["answers 429", /answered 429/],
    ["answers compressed", /encoded as gzip/],
  ] as const) {
    it(
      `are given up when a provider ${trouble}, for that reason`,
      withProvider(async (provider) => {
        const http = new ProviderHttp({ privateHosts: ["127.0.0.1"], timeoutMs: 300, maxAnswerBytes: 1_000 });
        provider.trouble(trouble);
        assert.match(await reasonOf(http.ask(provider.url)), reason);
        http.close();
      }),
    );
  }

  it("are made again when a kept connection is closed just then, and codes are never sent twice", async () => {
    const served = new WeakSet<object>();
    const methods: string[] = [];
    const server = createServer((request, response) => {
      methods.push(request.method ?? "");
      if (served.has(request.socket)) return request.socket.destroy();
      served.add(request.socket);
      return response.end("{}");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const http = new ProviderHttp({ privateHosts: ["127.0.0.1"] });
    assert.equal((await http.ask(url)).status, 200);
    assert.equal((await http.ask(url)).status, 200);
    assert.deepEqual(methods, ["GET", "GET", "GET"]);
    assert.equal((await http.ask(url, { method: "POST", body: "code=1" })).status, 200);
    assert.equal((await http.ask(url, { method: "POST", body: "code=2" })).status, 200);
    assert.equal(methods.length, 5);
    http.close();
    server.close();
    server.closeAllConnections();
  });

  it("end when nobody listens", async () => {
    const provider = await startFakeProvider();
    await provider.close();
    const http = new ProviderHttp({ privateHosts: ["127.0.0.1"] });
    assert.match(await reasonOf(http.ask(provider.url)), /ECONNREFUSED/);
    http.close();
  });
});
