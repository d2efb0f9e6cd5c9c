// The way in of Google Play Games: a code for server-side access, exchanged, and asked whose it is for our game.
import { z } from "zod";
import type { GooglePlayGamesConfig } from "../../../shared/schema/platform/index.ts";
import { GooglePlayGamesProof } from "../../../shared/schema/platform/index.ts";
import { exchangeCode } from "./code-exchange.ts";
import { parseProof } from "./parse-proof.ts";
import type { ProviderHttp } from "./provider-http.ts";
import { invalidProof } from "./refusals.ts";
import { subjectOf } from "./signed-token.ts";
import type { UsedProofs } from "./used-proofs.ts";
import type { VerifiedIdentity, Verifier, VerifierContext } from "./verifier.ts";

/** How long a used code is remembered, in milliseconds. Google takes each once, and for less long. */
export const CODE_MEMORY_MS = 3_600_000;

const Tokens = z.object({ access_token: z.string().min(1).max(8_192) });
const Application = z.object({ kind: z.literal("games#applicationVerifyResponse"), player_id: z.string() });

/** Exchanges the code of `requestServerSideAccess`, and asks `applications.verify` of the Play Games API who it was granted for. */
export class GooglePlayGamesVerifier implements Verifier {
  readonly provider: string;
  readonly #config: GooglePlayGamesConfig;
  readonly #http: ProviderHttp;
  readonly #usedProofs: UsedProofs;

  constructor(provider: string, config: GooglePlayGamesConfig, deps: { http: ProviderHttp; usedProofs: UsedProofs }) {
    this.provider = provider;
    this.#config = config;
    this.#http = deps.http;
    this.#usedProofs = deps.usedProofs;
  }

  async verify(proof: unknown, { environmentId }: VerifierContext): Promise<VerifiedIdentity> {
    const { code } = parseProof(GooglePlayGamesProof, proof);
    const exchange = { ...this.#config, code, hasBasicCredentials: false };
    const { access_token: accessToken } = await exchangeCode(this.#http, exchange, Tokens);
    const subject = subjectOf(await this.#playerOf(accessToken));
    await this.#usedProofs.spend(environmentId, `google-play-games:${code}`, CODE_MEMORY_MS);
    return { provider: this.#config.namespace ?? this.provider, subject };
  }

  async #playerOf(accessToken: string): Promise<string> {
    const { endpoint, applicationId } = this.#config;
    const url = `${endpoint.replace(/\/$/, "")}/games/v1/applications/${applicationId}/verify`;
    const { status, json } = await this.#http.askJson(url, { headers: { authorization: `Bearer ${accessToken}` } });
    // The code was good, but it was granted for something else than this game.
    if (status === 401 || status === 403 || status === 404) throw invalidProof("it was not granted for this game");
    const application = Application.safeParse(json);
    if (status !== 200 || !application.success)
      throw this.#http.nonsense(url, `it answered ${status} in a strange shape`);
    return application.data.player_id;
  }
}
