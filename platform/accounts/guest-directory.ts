// The ways in where no providers are configured: guests alone.
import { type EnvironmentId, GuestSignInRequest } from "../../shared/schema/platform/index.ts";
import { invalidRequest } from "../errors.ts";
import { GUEST_PROVIDER } from "./service.ts";
import type { VerifierDirectory } from "./sign-in.ts";
import type { VerifiedIdentity, Verifier } from "./verifiers/verifier.ts";

/** Lets devices in by the secret that each made up. */
class DeviceVerifier implements Verifier {
  readonly provider = GUEST_PROVIDER;

  async verify(proof: unknown): Promise<VerifiedIdentity> {
    const given = GuestSignInRequest.safeParse(proof);
    if (!given.success) throw invalidRequest(given.error, "proof");
    return { provider: GUEST_PROVIDER, subject: given.data.deviceId };
  }
}

const devices = new DeviceVerifier();

/** Guests, in every environment. */
export const GUESTS_ONLY: VerifierDirectory = {
  find: async (_environmentId: EnvironmentId, provider: string) => (provider === GUEST_PROVIDER ? devices : undefined),
};
