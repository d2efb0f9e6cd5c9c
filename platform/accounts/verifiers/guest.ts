// The way in of guests: a secret that a device made up and keeps.
import { GuestProof } from "../../../shared/schema/platform/index.ts";
import { parseProof } from "./parse-proof.ts";
import type { VerifiedIdentity, Verifier } from "./verifier.ts";

/** Takes every well-formed secret: who holds it is its player. It lasts, so it is not spent. */
export class GuestVerifier implements Verifier {
  readonly provider: string;
  readonly #namespace: string;

  constructor(provider: string, namespace = provider) {
    this.provider = provider;
    this.#namespace = namespace;
  }

  async verify(proof: unknown): Promise<VerifiedIdentity> {
    return { provider: this.#namespace, subject: parseProof(GuestProof, proof).deviceId };
  }
}
