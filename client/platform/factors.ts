// What protects the player beside the way in: an authenticator app, passkeys, recovery codes, and elevation.
import {
  type ChallengeAnswer,
  Elevation,
  Factors,
  Passkey,
  type PasskeyCreation,
  PasskeyOptions,
  RecoveryCodes,
  StepUpChallenge,
  TotpSetup,
} from "../../shared/schema/platform/index.ts";
import type { PlatformCalls } from "./platform-calls.ts";

const PLAYER = "v1/player/me";

/** The player's second factors. Changes may reject with `auth.elevation_required`: elevate, then ask again. */
export class SecondFactors {
  readonly #calls: PlatformCalls;

  constructor(calls: PlatformCalls) {
    this.#calls = calls;
  }

  list(signal?: AbortSignal): Promise<Factors> {
    return this.#calls.asPlayer({ method: "GET", path: `${PLAYER}/factors`, shape: Factors, signal });
  }

  /** A secret for an authenticator app, and its link for a QR code; in force when a code of it is confirmed. */
  beginTotp(signal?: AbortSignal): Promise<TotpSetup> {
    return this.#calls.asPlayer({ method: "POST", path: `${PLAYER}/totp`, shape: TotpSetup, signal });
  }

  /** Puts the app in force. Answers the recovery codes, this once. */
  confirmTotp(code: string, signal?: AbortSignal): Promise<RecoveryCodes> {
    const path = `${PLAYER}/totp/confirm`;
    return this.#calls.asPlayer({ method: "POST", path, body: { code }, shape: RecoveryCodes, signal });
  }

  removeTotp(signal?: AbortSignal): Promise<void> {
    return this.#calls.asPlayer({ method: "DELETE", path: `${PLAYER}/totp`, signal });
  }

  /** New recovery codes in place of all earlier ones; shown this once. */
  newRecoveryCodes(signal?: AbortSignal): Promise<RecoveryCodes> {
    return this.#calls.asPlayer({ method: "POST", path: `${PLAYER}/recovery-codes`, shape: RecoveryCodes, signal });
  }

  /** The `publicKey` options of `navigator.credentials.create()`, as JSON. */
  passkeyOptions(signal?: AbortSignal): Promise<PasskeyOptions> {
    const path = `${PLAYER}/passkeys/options`;
    return this.#calls.asPlayer({ method: "POST", path, shape: PasskeyOptions, signal });
  }

  /** Keeps what the browser made of the options. */
  addPasskey(name: string, response: PasskeyCreation, signal?: AbortSignal): Promise<Passkey> {
    const body = { name, response };
    return this.#calls.asPlayer({ method: "POST", path: `${PLAYER}/passkeys`, body, shape: Passkey, signal });
  }

  removePasskey(passkeyId: string, signal?: AbortSignal): Promise<void> {
    const path = `${PLAYER}/passkeys/${encodeURIComponent(passkeyId)}`;
    return this.#calls.asPlayer({ method: "DELETE", path, signal });
  }

  /** What must be answered to elevate this session; undefined when the player has nothing to show, and needs nothing. */
  beginElevation(signal?: AbortSignal): Promise<StepUpChallenge | undefined> {
    const [path, shape] = [`${PLAYER}/step-up`, StepUpChallenge];
    return this.#calls.asPlayer<StepUpChallenge | undefined>({ method: "POST", path, shape, mayBeEmpty: true, signal });
  }

  /** Elevates this session for some minutes. */
  elevate(challengeId: string, answer: ChallengeAnswer, signal?: AbortSignal): Promise<Elevation> {
    const path = `${PLAYER}/step-up/${encodeURIComponent(challengeId)}`;
    return this.#calls.asPlayer({ method: "POST", path, body: answer, shape: Elevation, signal });
  }
}
