// One request to the platform: its answer checked against the shared shapes, or a `ClientError` that says what happened.
import { z } from "zod";
import { ENVIRONMENT_HEADER } from "../../shared/schema/platform/index.ts";
import { ClientError, isErrorCode, sentence } from "../client-error.ts";

/** A request that takes longer than this is given up; milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/** What of a problem document we read. Anything may be missing: the answer may come from a proxy in between. */
const ProblemAnswer = z.looseObject({
  code: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

/** How the platform is reached. */
export interface PlatformHttpOptions {
  /** The environment to sign in to, e.g. `demo/dev`; the platform's own default when left out. */
  readonly environment?: string | undefined;
  /** Replaced by tests. */
  readonly fetch?: typeof fetch | undefined;
  readonly timeoutMs?: number | undefined;
}

/** A request. `path` is relative to the platform's root, without a slash before it. */
export interface PlatformRequest<T> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  /** The shape of the answer; left out, the answer has no body. */
  readonly shape?: z.ZodType<T>;
  /** Whether 204, without a body, is an answer too: undefined then. */
  readonly mayBeEmpty?: boolean;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** In place of the usual time limit. */
  readonly timeoutMs?: number;
}

/** Sends requests. Everything thrown is a `ClientError`. */
export class PlatformHttp {
  readonly #base: URL;
  readonly #environment: string | undefined;
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;

  /** `platformUrl` is the platform's root, e.g. `http://localhost:8000`; in a browser it may be relative (`/`). */
  constructor(platformUrl: string, options: PlatformHttpOptions = {}) {
    this.#base = baseOf(platformUrl);
    this.#environment = options.environment;
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#timeoutMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS;
  }

  /** The platform's address and environment, which tells the stored session of one from another's. */
  get realm(): string {
    return this.#environment === undefined ? this.#base.href : `${this.#base.href} ${this.#environment}`;
  }

  /**
   * Sends it, with `accessToken` when there is one. Rejects with the platform's own code when it sent one, else with
   * `client.unreachable`, `client.timeout`, `client.aborted` or `client.bad_response`.
   */
  async send<T = void>(request: PlatformRequest<T>, accessToken?: string): Promise<T> {
    const response = await this.#fetched(request, accessToken);
    const where = nameOf(request);
    const text = await this.#read(request, where, () => response.text());
    if (!response.ok) throw refusal(where, response, text);
    if (request.mayBeEmpty && response.status === 204) return undefined as T;
    return (request.shape ? parse(request.shape, text, where) : undefined) as T;
  }

  /** As `send`, for an answer that is not JSON. */
  async download(request: PlatformRequest<never>, accessToken?: string): Promise<Uint8Array<ArrayBuffer>> {
    const response = await this.#fetched(request, accessToken);
    const where = nameOf(request);
    const bytes = await this.#read(request, where, () => response.arrayBuffer());
    if (!response.ok) throw refusal(where, response, new TextDecoder().decode(bytes));
    return new Uint8Array(bytes);
  }

  #fetched(request: PlatformRequest<unknown>, accessToken: string | undefined): Promise<Response> {
    const { method, path, body, headers, signal, timeoutMs = this.#timeoutMs } = request;
    const timeout = AbortSignal.timeout(timeoutMs);
    return this.#read(request, nameOf(request), () =>
      this.#fetch(new URL(path, this.#base), {
        method,
        headers: {
          accept: "application/json",
          ...(this.#environment !== undefined && { [ENVIRONMENT_HEADER]: this.#environment }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      }),
    );
  }

  async #read<T>(
    { signal, timeoutMs = this.#timeoutMs }: PlatformRequest<unknown>,
    where: string,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted) {
        throw new ClientError("client.aborted", "The caller's signal was aborted.", { cause: error });
      }
      if (error instanceof Error && error.name === "TimeoutError") {
        const detail = `${where} at ${this.#base.origin} gave no answer within ${timeoutMs} ms.`;
        throw new ClientError("client.timeout", detail, { cause: error });
      }
      throw new ClientError("client.unreachable", `${where} at ${this.#base.origin} failed.`, { cause: error });
    }
  }
}

function nameOf({ method, path }: PlatformRequest<unknown>): string {
  return `${method} /${path.split("?")[0]}`;
}

function baseOf(platformUrl: string): URL {
  try {
    const base = new URL(platformUrl, globalThis.location?.href);
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    return base;
  } catch (error) {
    const detail = `platformUrl is ${JSON.stringify(platformUrl)}; give an address such as "http://localhost:8000".`;
    throw new ClientError("client.unreachable", detail, { cause: error });
  }
}

function parse<T>(shape: z.ZodType<T>, text: string, where: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ClientError("client.bad_response", `${where} did not answer with JSON.`, { cause: error });
  }
  const answer = shape.safeParse(json);
  if (answer.success) return answer.data;
  const fields = answer.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; ");
  throw new ClientError("client.bad_response", `${where} answered with wrong fields (${fields}).`, {
    cause: answer.error,
  });
}

/** The error for an answer that is not a success: the platform's own when it sent one, with all that its document says. */
function refusal(where: string, { status, headers }: Response, text: string): ClientError {
  const problem = ProblemAnswer.safeParse(jsonOrUndefined(text));
  if (problem.success && isErrorCode(problem.data.code)) {
    const fields = (problem.data.errors ?? []).map(({ field, message }) => ` ${field}: ${sentence(message)}`).join("");
    const detail = sentence(problem.data.detail ?? `${where} was refused`) + fields;
    const retryAfterSeconds = Number(headers.get("retry-after") ?? Number.NaN);
    return new ClientError(problem.data.code, detail, {
      problem: problem.data,
      ...(retryAfterSeconds >= 0 && { retryAfterMs: retryAfterSeconds * 1_000 }),
    });
  }
  if (status === 502 || status === 503 || status === 504) {
    return new ClientError("client.unreachable", `${where} answered HTTP ${status}.`);
  }
  return new ClientError("client.bad_response", `${where} answered HTTP ${status} without a known error code.`);
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON is an answer too: the caller then goes by the status.
  }
}
