// The list of breached passwords learns five characters of a hash, and cannot hold anybody up.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { RangeBreachedPasswords } from "./range-breached-passwords.ts";

const sha1 = (text: string) => createHash("sha1").update(text).digest("hex").toUpperCase();
const asked: string[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const server = createServer((request, response) => {
  asked.push(request.url ?? "");
  answer(request, response);
});
let base: string;
before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

describe("RangeBreachedPasswords", () => {
  it("finds a listed password, and takes neither another one nor padding for it", async () => {
    const list = new RangeBreachedPasswords(base);
    const padding = sha1("padded").slice(5);
    answer = (_request, response) => response.end(`${sha1("listed").slice(5)}:42\r\n${padding}:0\r\nnonsense\r\n`);
    assert.equal(await list.contains("listed"), true);
    assert.equal(await list.contains("padded"), false);
    assert.equal(await list.contains("another"), false);
    assert.deepEqual(
      asked,
      ["listed", "padded", "another"].map((text) => `/range/${sha1(text).slice(0, 5)}`),
    );
  });

  it("rejects when the server refuses, leads elsewhere, says too much, or nothing in time", async () => {
    const list = new RangeBreachedPasswords(base, 200);
    answer = (_request, response) => response.writeHead(500).end();
    await assert.rejects(list.contains("listed"), /answered 500/);
    answer = (_request, response) => response.writeHead(302, { Location: "http://127.0.0.1:1/" }).end();
    await assert.rejects(list.contains("listed"));
    answer = (_request, response) => response.end("A".repeat(300 * 1024));
    await assert.rejects(list.contains("listed"), /more than a range/);
    answer = () => {};
    await assert.rejects(list.contains("listed"), /timeout/i);
  });
});
