// An identity provider's HTTP side for tests: answers as it is told to, and gets into every trouble that a real one can.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What a provider can do instead of answering. */
export const TROUBLES = [
  "resets connections",
  "never answers",
  "drips",
  "announces a huge answer",
  "never stops answering",
  "redirects elsewhere",
  "answers 500",
  "answers 429",
  "answers with a page",
  "answers with empty JSON",
  "answers compressed",
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** A request that it was asked. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** An answer: JSON, unless the body is text or bytes. */
export interface FakeAnswer {
  readonly status?: number;
  readonly body: unknown;
}

/** A provider at a URL of its own. */
export interface FakeProvider {
  readonly url: string;
  /** Everything that it was asked, in order. */
  readonly asked: Asked[];
  /** Answers requests to `path`, without the query, from now on. */
  on(path: string, answer: (asked: Asked) => FakeAnswer | Promise<FakeAnswer>): void;
  /** Gets into trouble, or out of it. */
  trouble(kind: Trouble | undefined): void;
  close(): Promise<void>;
}

const DRIP_MS = 20;

/** Starts it. What nobody told it to answer, it answers with 404. */
export async function startFakeProvider(): Promise<FakeProvider> {
  const asked: Asked[] = [];
  const answers = new Map<string, (asked: Asked) => FakeAnswer | Promise<FakeAnswer>>();
  let trouble: Trouble | undefined;
  let url = "";
  const server = createServer(async (request, response) => {
    const given: Asked = {
      method: request.method ?? "",
      url: new URL(request.url ?? "/", url),
      headers: request.headers,
      body: await text(request),
    };
    asked.push(given);
    // Where a redirect leads, everything is fine: only not following it is.
    if (trouble !== undefined && !given.url.searchParams.has("elsewhere")) return beTrouble(trouble, given, response);
    const answer = await answers.get(given.url.pathname)?.(given);
    if (answer === undefined) return response.writeHead(404).end();
    const isRaw = typeof answer.body === "string" || answer.body instanceof Uint8Array;
    response.writeHead(answer.status ?? 200, { "content-type": isRaw ? "text/plain" : "application/json" });
    return response.end(isRaw ? answer.body : JSON.stringify(answer.body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    on: (path, answer) => void answers.set(path, answer),
    trouble: (kind) => {
      trouble = kind;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function beTrouble(kind: Trouble, { url }: Asked, response: ServerResponse): void {
  const json = { "content-type": "application/json" };
  switch (kind) {
    case "resets connections":
      response.socket?.destroy();
      return;
    case "never answers":
      return;
    case "drips":
      response.writeHead(200, json).write("{");
      repeat(response, () => response.write(" "));
      return;
    case "announces a huge answer":
      response.writeHead(200, { ...json, "content-length": "1000000000" }).write("{");
      return;
    case "never stops answering":
      response.writeHead(200, json);
      repeat(response, () => response.write(" ".repeat(32_768)));
      return;
    case "redirects elsewhere":
      url.searchParams.set("elsewhere", "1");
      response.writeHead(302, { location: url.href }).end();
      return;
    case "answers 500":
      response.writeHead(500, json).end("{}");
      return;
    case "answers 429":
      response.writeHead(429, json).end("{}");
      return;
    case "answers with a page":
      response
        .writeHead(200, { "content-type": "text/html" })
        .end("<!doctype html><title>Sign in to the Wi-Fi</title>");
      return;
    case "answers with empty JSON":
      response.writeHead(200, json).end("{}");
      return;
    case "answers compressed":
      response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(Buffer.alloc(20));
  }
}

function repeat(response: ServerResponse, work: () => void): void {
  const timer = setInterval(work, DRIP_MS);
  response.on("close", () => clearInterval(timer));
}
