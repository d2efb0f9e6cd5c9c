// What the groups of calls stand on: a request by nobody, by the signed-in player, or one whose answer is a session.
import { SignInResponse } from "../../shared/schema/platform/index.ts";
import { ClientError } from "../client-error.ts";
import type { PlatformHttp, PlatformRequest } from "./platform-http.ts";
import type { SessionKeeper } from "./session-keeper.ts";

/** The device that a client runs on, as sign-ins name it. */
export interface Device {
  /** The secret that this device made up and keeps: by it the platform tells a known device from a new one. */
  readonly deviceId?: string | undefined;
  /** As the player reads it in the list of sessions, e.g. `Ada's phone`. */
  readonly deviceName?: string | undefined;
}

/** Sends requests for the groups. Everything thrown is a `ClientError`. */
export class PlatformCalls {
  readonly keeper: SessionKeeper;
  readonly #http: PlatformHttp;
  readonly #device: Device;

  constructor(http: PlatformHttp, keeper: SessionKeeper, device: Device = {}) {
    this.#http = http;
    this.keeper = keeper;
    this.#device = device;
  }

  /** The members of a sign-in that name the device. */
  get device(): { deviceId?: string; deviceName?: string } {
    const { deviceId, deviceName } = this.#device;
    return { ...(deviceId !== undefined && { deviceId }), ...(deviceName !== undefined && { deviceName }) };
  }

  /** A request that needs nobody to be signed in. */
  open<T = void>(request: PlatformRequest<T>): Promise<T> {
    return this.#http.send(request);
  }

  /** A request of the signed-in player. */
  asPlayer<T = void>(request: PlatformRequest<T>): Promise<T> {
    return this.#lent(request, (accessToken) => this.#http.send(request, accessToken));
  }

  /** As `asPlayer`, for an answer that is not JSON. */
  download(request: PlatformRequest<never>): Promise<Uint8Array<ArrayBuffer>> {
    return this.#lent(request, (accessToken) => this.#http.download(request, accessToken));
  }

  /** A request whose answer is a session, which takes the place of the one there is. */
  async signIn(request: Omit<PlatformRequest<SignInResponse>, "shape">): Promise<SignInResponse> {
    const answer = await this.#http.send({ ...request, shape: SignInResponse });
    await this.keeper.take(answer);
    return answer;
  }

  /** As `signIn`, asked by the signed-in player. */
  async signInAsPlayer(request: Omit<PlatformRequest<SignInResponse>, "shape">): Promise<SignInResponse> {
    const answer = await this.asPlayer({ ...request, shape: SignInResponse });
    await this.keeper.take(answer);
    return answer;
  }

  /** With a signal, the caller need not wait for a refresh: it goes on for the others. */
  #lent<T>({ signal }: PlatformRequest<unknown>, work: (accessToken: string) => Promise<T>): Promise<T> {
    const answer = this.keeper.authorised(work);
    if (!signal) return answer;
    return new Promise((resolve, reject) => {
      const abort = (): void =>
        reject(new ClientError("client.aborted", "The caller's signal was aborted.", { cause: signal.reason }));
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
      answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    });
  }
}
