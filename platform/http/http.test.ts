// The edges of HTTP: body limits, request ids, addresses, known paths and the files of the web client.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Hono } from "hono";
import { createErrorHandler } from "../errors.ts";
import { createLog } from "../ops/log.ts";
import type { AppEnv } from "./env.ts";
import { jsonBody, MAX_BODY_BYTES } from "./json-body.ts";
import { createNotFound } from "./not-found.ts";
import { addressOf } from "./rate-limit.ts";
import { requestId } from "./request-id.ts";
import { staticWeb } from "./static-web.ts";

function newApp(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(requestId());
  app.onError(createErrorHandler(createLog("silent")));
  return app;
}

describe("json body", () => {
  const app = newApp();
  app.post("/", jsonBody(), async (c) => c.json(await c.req.json()));
  const json = { "Content-Type": "application/json" };
  const post = (body: BodyInit, headers: Record<string, string> = json) =>
    app.request("/", { method: "POST", headers, body, duplex: "half" } as RequestInit);

  it("takes JSON up to the limit, with and without a declared length", async () => {
    const largest = JSON.stringify("x".repeat(MAX_BODY_BYTES - 2));
    assert.equal((await post(largest)).status, 200);
    assert.equal((await post(largest, { ...json, "Content-Length": String(MAX_BODY_BYTES) })).status, 200);
    assert.equal((await post("{}", { "Content-Type": "application/json; charset=utf-8" })).status, 200);
  });

  it("refuses more by the declared length, and by counting when none is declared", async () => {
    const declared = await post("{}", { ...json, "Content-Length": String(MAX_BODY_BYTES + 1) });
    assert.equal(declared.status, 413);
    assert.equal(((await declared.json()) as { code: string }).code, "request.too_large");
    assert.equal((await post("{}", { ...json, "Content-Length": "many" })).status, 413);
    assert.equal((await post("x".repeat(MAX_BODY_BYTES + 1))).status, 413);
  });

  it("stops reading a stream that has no end", async () => {
    let chunks = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        chunks += 1;
        controller.enqueue(new Uint8Array(1_024));
      },
    });
    assert.equal((await post(endless)).status, 413);
    assert.ok(chunks < 100, `${chunks} KiB were read`);
  });

  it("refuses text that no database stores, and takes every other escape", async () => {
    const refused = [
      String.raw`"\u0000"`,
      String.raw`{"a\u0000":1}`,
      String.raw`[{"a":["\uD800"]}]`,
      String.raw`"\udc00\ud800"`,
    ];
    for (const body of refused) {
      const response = await post(body);
      assert.equal(response.status, 422, body);
      assert.equal(((await response.json()) as { code: string }).code, "request.invalid");
    }
    const taken = [String.raw`"\ud83d\ude00"`, String.raw`"\\u0000"`, String.raw`"\u0001"`, '"\u{1f600}"'];
    for (const body of taken) assert.deepEqual(await (await post(body)).json(), JSON.parse(body), body);
  });

  it("refuses another media type, and none", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""]) {
      assert.equal((await post("{}", { "Content-Type": type })).status, 415, type);
    }
  });
});

describe("request id", () => {
  const app = newApp();
  app.get("/", (c) => c.text(c.get("requestId")));

  it("is the caller's if it is sane, and echoed", async () => {
    const response = await app.request("/", { headers: { "X-Request-Id": "my-id_1.2" } });
    assert.equal(response.headers.get("X-Request-Id"), "my-id_1.2");
    assert.equal(await response.text(), "my-id_1.2");
  });

  it("is made when there is none, or one that could harm a log", async () => {
    for (const given of ["", "a b", "x".repeat(65), "<script>", "a\u00e9"]) {
      const response = await app.request("/", { headers: { "X-Request-Id": given } });
      assert.match(response.headers.get("X-Request-Id") ?? "", /^[0-9a-f-]{36}$/);
    }
  });
});

describe("address of a request", () => {
  const addressFor = async (remoteAddress: string | undefined) => {
    const app = newApp();
    app.get("/", (c) => c.text(addressOf(c)));
    const env = remoteAddress === undefined ? {} : { incoming: { socket: { remoteAddress } } };
    const headers = { "X-Forwarded-For": "1.2.3.4", Forwarded: "for=1.2.3.4" };
    return (await app.request("/", { headers }, env)).text();
  };

  it("is the peer's, never what a header claims", async () => {
    assert.equal(await addressFor("203.0.113.7"), "203.0.113.7");
    assert.equal(await addressFor(undefined), "unknown");
  });

  it("is the /64 network for IPv6, and the IPv4 address inside a mapped one", async () => {
    assert.equal(await addressFor("::ffff:203.0.113.7"), "203.0.113.7");
    assert.equal(await addressFor("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    assert.equal(await addressFor("2001:db8:1:2::9"), await addressFor("2001:db8:1:2:ffff::1"));
    assert.notEqual(await addressFor("2001:db8:1:3::9"), await addressFor("2001:db8:1:2::9"));
    assert.equal(await addressFor("2001:db8::1"), "2001:db8:0:0::/64");
    assert.equal(await addressFor("::1"), "0:0:0:0::/64");
  });
});

describe("paths that no route takes", () => {
  const app = newApp();
  app.get("/things/:id", (c) => c.text("got"));
  app.put("/things/:id", (c) => c.text("put"));
  app.notFound(createNotFound(app));

  it("are not found, or found for other methods, which Allow names", async () => {
    const missing = await app.request("/thing");
    assert.equal(missing.status, 404);
    assert.equal(((await missing.json()) as { code: string }).code, "route.not_found");
    const wrong = await app.request("/things/1", { method: "POST" });
    assert.equal(wrong.status, 405);
    assert.equal(wrong.headers.get("Allow"), "GET, HEAD, PUT");
    assert.equal(((await wrong.json()) as { code: string }).code, "route.method_not_allowed");
    assert.equal((await app.request("/things/1/2", { method: "POST" })).status, 404);
    assert.equal((await app.request("/things/1", { method: "HEAD" })).status, 200);
  });
});

describe("static web", () => {
  let folder: string;
  let app: Hono<AppEnv>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "gamekeeper-web-"));
    await mkdir(join(folder, "web/assets"), { recursive: true });
    await writeFile(join(folder, "secret.txt"), "secret");
    await writeFile(join(folder, "web/index.html"), "<title>Game</title>");
    await writeFile(join(folder, "web/assets/main-Ab12_cD3.js"), "run()");
    await writeFile(join(folder, "web/plain.css"), "body {}");
    await symlink(join(folder, "secret.txt"), join(folder, "web/link.txt"));
    app = newApp();
    const web = staticWeb(join(folder, "web"));
    const notFound = createNotFound(app);
    app.notFound(async (c) => (await web(c)) ?? notFound(c));
  });
  after(async () => rm(folder, { recursive: true, force: true }));

  it("serves the index fresh and hashed files for ever, each with its type", async () => {
    const index = await app.request("/");
    assert.equal(await index.text(), "<title>Game</title>");
    assert.equal(index.headers.get("Content-Type"), "text/html; charset=utf-8");
    assert.equal(index.headers.get("Cache-Control"), "no-cache");
    assert.match(index.headers.get("Content-Security-Policy") ?? "", /default-src 'self'; connect-src 'self' ws: wss:/);
    const script = await app.request("/assets/main-Ab12_cD3.js");
    assert.equal(script.headers.get("Content-Type"), "text/javascript; charset=utf-8");
    assert.equal(script.headers.get("Cache-Control"), "public, max-age=31536000, immutable");
    const style = await app.request("/plain.css");
    assert.equal(style.headers.get("Content-Type"), "text/css; charset=utf-8");
    assert.equal(style.headers.get("Cache-Control"), "no-cache");
  });

  it("answers 304 when the browser has the file", async () => {
    const etag = (await app.request("/")).headers.get("ETag") ?? "";
    assert.equal((await app.request("/", { headers: { "If-None-Match": etag } })).status, 304);
  });

  it("gives nothing beside its folder, whichever way it is asked", async () => {
    const paths = [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/assets/..%2f..%2fsecret.txt",
      "/link.txt",
    ];
    for (const path of [
      ...paths,
      "/..%5csecret.txt",
      "/%00",
      "/%zz",
      "/assets",
      "/index.html/x",
      `/${"a".repeat(5_000)}`,
    ]) {
      const response = await app.request(path);
      assert.equal(response.status, 404, path);
      assert.doesNotMatch(await response.text(), /^secret/);
    }
  });

  it("says how to build the client when it is not built", async () => {
    const empty = newApp();
    const web = staticWeb(join(folder, "nothing-here"));
    const notFound = createNotFound(empty);
    empty.notFound(async (c) => (await web(c)) ?? notFound(c));
    const response = await empty.request("/");
    assert.equal(response.status, 503);
    assert.match(await response.text(), /npm run build:web/);
    assert.equal((await empty.request("/main.js")).status, 404);
  });
});
