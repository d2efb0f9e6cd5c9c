// Readiness says which check fails, and the operator's port answers only its own paths.
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { sendJson } from "../testing/test-platform.ts";
import { Health } from "./health.ts";
import { createLog } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { createOpsServer } from "./server.ts";

const passes = async () => {};

describe("health", () => {
  it("is ready when every check passes", async () => {
    const readiness = await new Health({ database: passes, ephemeral: passes }).readiness();
    assert.deepEqual(readiness, { ready: true, checks: { database: { ok: true }, ephemeral: { ok: true } } });
  });

  it("names the check that fails and why, and the one that never answers", async () => {
    const fails = () => Promise.reject(new Error("connection refused"));
    const hangs = () => new Promise<void>(() => {});
    const { ready, checks } = await new Health({ a: passes, b: fails, c: hangs }, 20).readiness();
    assert.equal(ready, false);
    assert.deepEqual(checks, {
      a: { ok: true },
      b: { ok: false, detail: "connection refused" },
      c: { ok: false, detail: "No answer within 20 ms." },
    });
  });

  it("is not ready once it is stopping", async () => {
    const health = new Health({ a: passes });
    health.beginStop();
    const { ready, checks } = await health.readiness();
    assert.equal(ready, false);
    assert.deepEqual(checks["process"], { ok: false, detail: "The platform is stopping." });
  });
});

describe("ops server", () => {
  it("answers alive, ready and metrics, and refuses the rest", async (t) => {
    const metrics = new Metrics();
    metrics.watchGameServers(async () => ({ ready: 2, draining: 1 }));
    const server = createOpsServer(new Health({ a: passes }), metrics, createLog("silent"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => {
      server.closeAllConnections();
      server.close();
      metrics.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    assert.deepEqual((await sendJson("GET", `${url}/healthz`)).body, { alive: true });
    assert.equal((await sendJson("GET", `${url}/readyz?verbose`)).status, 200);
    const scrape = await sendJson("GET", `${url}/metrics`);
    assert.match(scrape.body, /platform_game_servers\{state="ready"\} 2/);
    assert.match(scrape.body, /platform_event_loop_delay_seconds\{quantile="0.99"\}/);
    assert.match(scrape.body, /process_resident_memory_bytes/);
    assert.equal((await sendJson("GET", `${url}/openapi.json`)).status, 404);
    const posted = await sendJson("POST", `${url}/readyz`);
    assert.equal(posted.status, 405);
    assert.equal(posted.headers.get("Allow"), "GET, HEAD");
  });

  it("shows the mailbox where there is one", async (t) => {
    const metrics = new Metrics();
    const mailbox = { list: async () => [], read: async () => undefined };
    const health = new Health({ a: passes });
    const servers = [undefined, mailbox].map((given) => createOpsServer(health, metrics, createLog("silent"), given));
    t.after(() => {
      for (const server of servers) server.closeAllConnections();
      for (const server of servers) server.close();
      metrics.close();
    });
    const answers = await Promise.all(
      servers.map(async (server) => {
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        return sendJson("GET", `http://127.0.0.1:${(server.address() as AddressInfo).port}/dev/mailbox`);
      }),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      [404, 200],
    );
    assert.match(answers[1]?.body, /No mail yet/);
    assert.match(answers[1]?.headers.get("Content-Security-Policy") ?? "", /default-src 'none'/);
  });
});
