// No secret is ever written to the log.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LogSink } from "../testing/log-sink.ts";
import { createLog } from "./log.ts";

const TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";
const KEY = `gk_server_${"0a".repeat(16)}_${"x-_Y".repeat(11).slice(1)}`;
const SECRET = "the-server-key-that-nobody-may-read";

describe("log", () => {
  it("writes one JSON line an event, with level and time by name", () => {
    const sink = new LogSink();
    createLog("info", [], sink).info({ event: "test.happened", roomId: "r" });
    assert.equal(sink.lines.length, 1);
    assert.equal(sink.lines[0]?.event, "test.happened");
    assert.equal(sink.lines[0]?.["level"], "info");
    assert.match(String(sink.lines[0]?.["time"]), /^\d{4}-\d\d-\d\dT/);
  });

  it("strikes out secret fields, tokens in any text, given secrets and passwords in URLs", () => {
    const sink = new LogSink();
    const log = createLog("info", [SECRET], sink);
    log.info({
      event: "a",
      deviceId: "device-secret-1",
      accessToken: TOKEN,
      headers: { authorization: `Bearer ${SECRET}` },
    });
    log.info({ event: "b", body: { answer: { ticket: "ticket-secret-2" } }, privateJwk: { d: "jwk-secret-3" } });
    log.info({ event: "c", reason: `refused ${TOKEN} for Bearer opaque-secret-4 with ${SECRET}` });
    log.error({
      event: "d",
      err: new Error(`connect postgres://user:url-secret-5@db/x and redis://:url-secret-6@cache`),
    });
    log.info(`message with ${TOKEN}`);
    log.info({ event: "e", secret: "key-secret-7", reason: `refused ${KEY}` });
    assert.equal(sink.lines.length, 6);
    assert.doesNotMatch(sink.text, /-secret-\d|eyJ|gk_server|nobody-may-read/);
    assert.match(sink.text, /\[redacted\]/);
  });
});
