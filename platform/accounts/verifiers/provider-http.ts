// Asks identity providers over HTTP: bounded in time, in size and in number, and never sent where nobody meant it to go.
import { lookup as systemLookup } from "node:dns";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import type { Log } from "../../ops/log.ts";
import { unavailableProvider } from "./refusals.ts";

/** How long a provider may take, from the first byte asked to the last one answered, in milliseconds. */
export const PROVIDER_TIMEOUT_MS = 5_000;

/** Most bytes of an answer; the key sets of the large providers have a few thousand. */
export const MAX_ANSWER_BYTES = 256 * 1_024;

/** Most requests under way to one origin. More are refused at once, so that a slow provider does not fill the process. */
export const MAX_REQUESTS_IN_FLIGHT = 64;

/** Most hosts whose trouble is remembered; hosts come from configurations and from what their providers publish. */
const MAX_TROUBLED_HOSTS = 256;

const KEPT_CONNECTIONS = { keepAlive: true, maxSockets: MAX_REQUESTS_IN_FLIGHT };

/** Options of `ProviderHttp`. */
export interface ProviderHttpOptions {
  readonly log?: Log;
  /**
   * Hosts that may be asked although they are on a private network or this machine, and without TLS: an own Keycloak,
   * a test. Everything else must be `https:` at public addresses.
   */
  readonly privateHosts?: readonly string[];
  readonly timeoutMs?: number;
  readonly maxAnswerBytes?: number;
}

/** What to ask. The rest of `fetch`'s options has no meaning here. */
export interface ProviderRequest {
  readonly method?: string;
  readonly headers?: Headers | Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** An answer of below 300, or of 400 to 499 but 429, whose body is here. */
export interface ProviderAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/**
 * A client for URLs out of configurations, and out of what configured providers publish about themselves. Everything but
 * an answer rejects with `provider.unavailable`: time, size, a redirect, a private address, 429 and 500 upwards. The
 * addresses are looked at when the connection is made, so that no name can be swapped between a check and its use.
 */
export class ProviderHttp {
  readonly #options: ProviderHttpOptions;
  readonly #agents = { "http:": new http.Agent(KEPT_CONNECTIONS), "https:": new https.Agent(KEPT_CONNECTIONS) };
  readonly #inFlight = new Map<string, number>();
  readonly #troubled = new Set<string>();

  constructor(options: ProviderHttpOptions = {}) {
    this.#options = options;
  }

  /** As the global `fetch` for libraries that take one, within the bounds of this class. */
  readonly fetch = async (url: string, request: ProviderRequest = {}): Promise<Response> => {
    const { status, headers, body } = await this.ask(url, request);
    const hasBody = status !== 204 && status !== 205;
    return new Response(hasBody ? new Uint8Array(body) : null, { status, headers });
  };

  /** Asks, and reads the whole answer. */
  async ask(address: string, request: ProviderRequest = {}): Promise<ProviderAnswer> {
    const url = new URL(address);
    try {
      const answer = await this.#counted(url, () => this.#send(url, request));
      this.#troubled.delete(url.host);
      return answer;
    } catch (error) {
      throw this.#unavailable(url, error);
    }
  }

  /** Asks for JSON. `json` is undefined for an answer of 400 and above that has another body. */
  async askJson(address: string, request: ProviderRequest = {}): Promise<{ status: number; json: unknown }> {
    const { status, body } = await this.ask(address, request);
    try {
      return { status, json: JSON.parse(body.toString("utf8")) };
    } catch (error) {
      if (status >= 400) return { status, json: undefined };
      throw this.#unavailable(new URL(address), error);
    }
  }

  /** `provider.unavailable` for an answer that makes no sense or that says that our own credentials are wrong. */
  nonsense(address: string, what: string): Error {
    return this.#unavailable(new URL(address), new Error(what));
  }

  /** Ends idle connections. */
  close(): void {
    this.#agents["http:"].destroy();
    this.#agents["https:"].destroy();
  }

  async #counted<Result>(url: URL, work: () => Promise<Result>): Promise<Result> {
    const count = this.#inFlight.get(url.origin) ?? 0;
    if (count >= MAX_REQUESTS_IN_FLIGHT) throw new Error(`${MAX_REQUESTS_IN_FLIGHT} requests are under way already`);
    this.#inFlight.set(url.origin, count + 1);
    try {
      return await work();
    } finally {
      const left = (this.#inFlight.get(url.origin) ?? 1) - 1;
      if (left > 0) this.#inFlight.set(url.origin, left);
      else this.#inFlight.delete(url.origin);
    }
  }

  #send(url: URL, request: ProviderRequest, isAgain = false): Promise<ProviderAnswer> {
    const isPrivate = this.#options.privateHosts?.includes(url.hostname) ?? false;
    const protocol = url.protocol === "http:" && isPrivate ? "http:" : "https:";
    if (url.protocol !== protocol) throw new Error(`${url.protocol} is not https:`);
    if (url.username !== "" || url.password !== "") throw new Error("the URL has credentials in it");
    const literal = url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(literal) !== 0 && !isPrivate) assertPublic(literal);
    const timeout = AbortSignal.timeout(this.#options.timeoutMs ?? PROVIDER_TIMEOUT_MS);
    const body = bodyOf(request.body);
    const method = request.method ?? "GET";
    const isRepeatable = method === "GET" && !isAgain;
    const options = {
      method,
      headers: { ...headersOf(request, body), "accept-encoding": "identity" },
      // What may not be sent twice gets a connection that nobody is about to close.
      agent: isRepeatable ? this.#agents[protocol] : false,
      signal: request.signal ? AbortSignal.any([timeout, request.signal]) : timeout,
      ...(isPrivate ? {} : { lookup: publicLookup }),
    };
    return new Promise((resolve, reject) => {
      const sent = (protocol === "https:" ? https : http).request(url, options, (incoming) => {
        read(incoming, this.#options.maxAnswerBytes ?? MAX_ANSWER_BYTES).then(resolve, reject);
      });
      sent.on("error", (error: NodeJS.ErrnoException) => {
        // The provider closed a kept connection just as it was used again.
        const isRace = isRepeatable && sent.reusedSocket && error.code === "ECONNRESET";
        if (isRace) this.#send(url, request, true).then(resolve, reject);
        else reject(error);
      });
      sent.end(body);
    });
  }

  #unavailable(url: URL, cause: unknown): Error {
    // One line when a host gets into trouble, not one for each sign-in that meets it.
    if (!this.#troubled.has(url.host) && this.#troubled.size < MAX_TROUBLED_HOSTS) {
      this.#troubled.add(url.host);
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#options.log?.warn({ event: "provider.unavailable", host: url.host, reason });
    }
    return unavailableProvider(cause);
  }
}

async function read(incoming: http.IncomingMessage, maxBytes: number): Promise<ProviderAnswer> {
  const status = incoming.statusCode ?? 0;
  const refusal = refusalOf(incoming, status, maxBytes);
  if (refusal !== undefined) {
    incoming.destroy();
    throw new Error(refusal);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  return { status, headers, body: Buffer.concat(chunks, size) };
}

function refusalOf(incoming: http.IncomingMessage, status: number, maxBytes: number): string | undefined {
  if (status < 200 || status >= 500 || status === 429) return `it answered ${status}`;
  if (status >= 300 && status < 400) return `it answered ${status}, and redirects are not followed`;
  if (Number(incoming.headers["content-length"] ?? 0) > maxBytes) return `the answer has more than ${maxBytes} bytes`;
  const encoding = incoming.headers["content-encoding"];
  return encoding === undefined || encoding === "identity" ? undefined : `the answer is encoded as ${encoding}`;
}

/** Libraries hand over strings, forms and bytes. */
function bodyOf(body: unknown): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === "string" || body instanceof URLSearchParams) return Buffer.from(String(body));
  if (body instanceof Uint8Array) return Buffer.from(body);
  throw new TypeError("A request to a provider has a body of text, of a form or of bytes.");
}

function headersOf({ headers, body }: ProviderRequest, bytes: Buffer | undefined): Record<string, string> {
  const given = headers instanceof Headers ? Object.fromEntries(headers) : { ...headers };
  if (bytes !== undefined) given["content-length"] = String(bytes.length);
  if (body instanceof URLSearchParams) given["content-type"] ??= "application/x-www-form-urlencoded";
  return given;
}

/** Resolves a name, and refuses it when any of its addresses is not public: a name may have a public and a private one. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, "");
    try {
      for (const { address } of addresses) assertPublic(address);
    } catch (refusal) {
      return callback(refusal as Error, "");
    }
    const [first] = addresses;
    if (options.all) return callback(null, addresses);
    return callback(null, first?.address ?? "", first?.family ?? 4);
  });
};

/** Throws unless packets to `address` go to the internet: also for IPv4 within IPv6, loopback, link-local and the rest. */
function assertPublic(address: string): void {
  if (ipaddr.process(address).range() !== "unicast") throw new Error(`${address} is not a public address`);
}
