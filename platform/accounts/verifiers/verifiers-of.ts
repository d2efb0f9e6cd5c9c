// Makes the ways in that a providers document configures.

import type { ProviderConfig, ProvidersDocument } from "../../../shared/schema/platform/index.ts";
import { CustomVerifier } from "./custom.ts";
import { GameCenterVerifier } from "./game-center.ts";
import { GooglePlayGamesVerifier } from "./google-play-games.ts";
import { GuestVerifier } from "./guest.ts";
import { OidcVerifier } from "./oidc.ts";
import type { ProviderHttp } from "./provider-http.ts";
import { PsnVerifier } from "./psn.ts";
import { SteamOpenIdVerifier } from "./steam-openid.ts";
import { SteamTicketVerifier } from "./steam-ticket.ts";
import type { UsedProofs } from "./used-proofs.ts";
import type { Verifier } from "./verifier.ts";
import { XboxVerifier } from "./xbox.ts";

/** What ways in stand on. */
export interface VerifierDeps {
  readonly http: ProviderHttp;
  readonly usedProofs: UsedProofs;
  /** How long an unknown key id is not looked for again, for tests. */
  readonly keysCooldownMs?: number | undefined;
}

/** The ways in of a document that was checked, by their names. Asks nobody: providers are asked when somebody signs in. */
export function verifiersOf(document: ProvidersDocument, deps: VerifierDeps): ReadonlyMap<string, Verifier> {
  return new Map(Object.entries(document).map(([name, config]) => [name, verifierOf(name, config, deps)]));
}

function verifierOf(name: string, config: ProviderConfig, deps: VerifierDeps): Verifier {
  switch (config.kind) {
    case "guest":
      return new GuestVerifier(name, config.namespace);
    case "oidc":
      return new OidcVerifier(name, config, deps);
    case "steam-ticket":
      return new SteamTicketVerifier(name, config, deps);
    case "steam-openid":
      return new SteamOpenIdVerifier(name, config, deps);
    case "google-play-games":
      return new GooglePlayGamesVerifier(name, config, deps);
    case "game-center":
      return new GameCenterVerifier(name, config, deps);
    case "psn":
      return new PsnVerifier(name, config, deps);
    case "xbox":
      return new XboxVerifier(name, config, deps);
    case "custom":
      return new CustomVerifier(name, config, deps);
  }
}
