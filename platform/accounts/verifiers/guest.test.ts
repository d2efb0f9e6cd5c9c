// The guests' way in keeps the contract.
import { GuestVerifier } from "./guest.ts";
import { verifierContract } from "./verifier.contract.ts";

verifierContract(
  "guest",
  async () => ({
    namespace: "guest",
    make: () => new GuestVerifier("guest"),
    proof: async (person) => ({ deviceId: person }),
  }),
  {
    "a secret that is too short": { code: "request.invalid", make: () => ({ deviceId: "short" }) },
    "a secret with a space": { code: "request.invalid", make: () => ({ deviceId: "two words of a secret" }) },
  },
  { isLasting: true, isOffline: true },
);
