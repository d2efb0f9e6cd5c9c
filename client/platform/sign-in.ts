// Every way in, and the challenges that a sign-in may be answered with.
import {
  type ChallengeAnswer,
  ChallengeCodeSent,
  type LoginRequest,
  type MailCodeProof,
  MailCodeResponse,
  OfferedProviders,
  type PasskeyAssertion,
  PasskeyOptions,
  SignInChallenge,
  type SignInResponse,
} from "../../shared/schema/platform/index.ts";
import { ClientError } from "../client-error.ts";
import type { PlatformCalls } from "./platform-calls.ts";

/** An address that was proven by a code, and the password that shall go with it. */
export interface PasswordSignUp extends MailCodeProof {
  readonly password: string;
}

/**
 * The challenge that `error` brings, when a sign-in needs more than its proof (`auth.step_up_required`); undefined for every
 * other error. `SignIn.answer` goes on from it.
 */
export function challengeOf(error: unknown): SignInChallenge | undefined {
  if (!(error instanceof ClientError && error.code === "auth.step_up_required")) return undefined;
  return SignInChallenge.safeParse(error.problem?.["challenge"]).data;
}

/**
 * Ways to become signed in. Each resolves when the session is kept, in place of the one there was; the old one lives on at
 * the platform unless it was signed out of. Any but a passkey's may reject with `auth.step_up_required`: see `challengeOf`.
 */
export class SignIn {
  readonly #calls: PlatformCalls;

  constructor(calls: PlatformCalls) {
    this.#calls = calls;
  }

  /** The ways in that the environment offers. */
  providers(signal?: AbortSignal): Promise<OfferedProviders> {
    return this.#calls.open({ method: "GET", path: "v1/auth/providers", shape: OfferedProviders, signal });
  }

  /** As the guest of a device: the same secret of 8 to 128 characters is the same player, a new one makes a player. */
  asGuest(deviceId: string, signal?: AbortSignal): Promise<SignInResponse> {
    if (this.#calls.device.deviceName !== undefined) return this.by("guest", { deviceId }, signal);
    return this.#calls.signIn({ method: "POST", path: "v1/auth/guest", body: { deviceId }, signal });
  }

  /** By any provider of the environment, e.g. `google`; its guide says what `proof` holds. */
  by(provider: string, proof: LoginRequest["proof"], signal?: AbortSignal): Promise<SignInResponse> {
    const body: LoginRequest = { provider, proof, ...this.#calls.device };
    return this.#calls.signIn({ method: "POST", path: "v1/auth/login", body, signal });
  }

  byPassword(email: string, password: string, signal?: AbortSignal): Promise<SignInResponse> {
    return this.by("password", { email, password }, signal);
  }

  /** Mails a code for signing in, signing up or registering. Answers the same for every address. */
  mailCode(email: string, locale?: string, signal?: AbortSignal): Promise<MailCodeResponse> {
    const body = { email, ...(locale !== undefined && { locale }) };
    return this.#calls.open({ method: "POST", path: "v1/auth/email/start", body, shape: MailCodeResponse, signal });
  }

  /** By a code that was mailed; an address that is new makes a player. */
  byMailedCode({ codeId, code }: MailCodeProof, signal?: AbortSignal): Promise<SignInResponse> {
    return this.by("email-code", { codeId, code }, signal);
  }

  /** Makes a player with an address and a password. A guest who wants to stay the same player registers instead. */
  signUp({ codeId, code, password }: PasswordSignUp, signal?: AbortSignal): Promise<SignInResponse> {
    const body = { codeId, code, password, ...this.#calls.device };
    return this.#calls.signIn({ method: "POST", path: "v1/auth/password/sign-up", body, signal });
  }

  /** The `publicKey` options of `navigator.credentials.get()`, as JSON, to sign in with a passkey. */
  passkeyOptions(signal?: AbortSignal): Promise<PasskeyOptions> {
    return this.#calls.open({ method: "POST", path: "v1/auth/passkey/options", shape: PasskeyOptions, signal });
  }

  /** With what the browser answered to the options. */
  byPasskey(response: PasskeyAssertion, signal?: AbortSignal): Promise<SignInResponse> {
    const body = { response, ...this.#calls.device };
    return this.#calls.signIn({ method: "POST", path: "v1/auth/passkey", body, signal });
  }

  /** Answers a challenge, which signs in. Five wrong answers end the challenge. */
  answer(challengeId: string, answer: ChallengeAnswer, signal?: AbortSignal): Promise<SignInResponse> {
    const path = challengePath(challengeId);
    return this.#calls.signIn({ method: "POST", path, body: answer, signal });
  }

  /** Mails a code for a challenge with the method `email-code`, at most three times. */
  mailChallengeCode(challengeId: string, signal?: AbortSignal): Promise<ChallengeCodeSent> {
    const path = `${challengePath(challengeId)}/email-code`;
    return this.#calls.open({ method: "POST", path, shape: ChallengeCodeSent, signal });
  }

  /** The options of `navigator.credentials.get()` for a challenge with the method `passkey`. */
  challengePasskeyOptions(challengeId: string, signal?: AbortSignal): Promise<PasskeyOptions> {
    const path = `${challengePath(challengeId)}/passkey`;
    return this.#calls.open({ method: "POST", path, shape: PasskeyOptions, signal });
  }
}

function challengePath(challengeId: string): string {
  return `v1/auth/challenges/${encodeURIComponent(challengeId)}`;
}
