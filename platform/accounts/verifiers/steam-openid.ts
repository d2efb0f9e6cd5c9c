// The way in of Steam accounts on web pages: OpenID 2.0, with everything it says checked here and asked back at Steam.

import type { SteamOpenIdConfig } from "../../../shared/schema/platform/index.ts";
import { SteamOpenIdProof } from "../../../shared/schema/platform/index.ts";
import { parseProof } from "./parse-proof.ts";
import type { ProviderHttp } from "./provider-http.ts";
import { expiredProof, invalidProof } from "./refusals.ts";
import { SteamId } from "./steam-ticket.ts";
import type { UsedProofs } from "./used-proofs.ts";
import type { VerifiedIdentity, Verifier, VerifierContext } from "./verifier.ts";

/** How old an assertion may be, and how far Steam's clock may be ahead, in milliseconds. */
export const ASSERTION_MAX_AGE_MS = 300_000;

const OPENID_NAMESPACE = "http://specs.openid.net/auth/2.0";

/** What an assertion must have signed (OpenID Authentication 2.0, section 10.1). */
const SIGNED_FIELDS = ["op_endpoint", "return_to", "response_nonce", "assoc_handle", "claimed_id", "identity"];

/** A time in UTC, and then anything that makes it unique. */
const NONCE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)[\x21-\x7e]{0,235}$/;

/**
 * Takes the parameters with which Steam sent a player back (OpenID Authentication 2.0, section 11). Steam is asked at the
 * configured endpoint, never at the one that the parameters name, and the name of the player is taken only in the form
 * that Steam gives it.
 */
export class SteamOpenIdVerifier implements Verifier {
  readonly provider: string;
  readonly #config: SteamOpenIdConfig;
  readonly #http: ProviderHttp;
  readonly #usedProofs: UsedProofs;

  constructor(provider: string, config: SteamOpenIdConfig, deps: { http: ProviderHttp; usedProofs: UsedProofs }) {
    this.provider = provider;
    this.#config = config;
    this.#http = deps.http;
    this.#usedProofs = deps.usedProofs;
  }

  async verify(proof: unknown, { environmentId, nowMs }: VerifierContext): Promise<VerifiedIdentity> {
    const parameters = new Map(Object.entries(parseProof(SteamOpenIdProof, proof).parameters));
    const subject = this.#checked(parameters);
    const nonce = parameters.get("openid.response_nonce") ?? "";
    const ageMs = nowMs - Date.parse(NONCE.exec(nonce)?.[1] ?? "");
    if (Number.isNaN(ageMs)) throw invalidProof("its openid.response_nonce has no time");
    if (Math.abs(ageMs) > ASSERTION_MAX_AGE_MS) throw expiredProof("its openid.response_nonce is too old or too new");
    await this.#askBack(parameters);
    // Remembered for as long as its time would be taken, wherever in the tolerance our clock is.
    await this.#usedProofs.spend(environmentId, `steam-openid:${nonce}`, 2 * ASSERTION_MAX_AGE_MS);
    return { provider: this.#config.namespace, subject };
  }

  /** The SteamID, when everything fits that can be seen without asking. */
  #checked(parameters: ReadonlyMap<string, string>): string {
    const { endpoint, returnTo } = this.#config;
    const value = (name: string) => parameters.get(`openid.${name}`) ?? "";
    if (value("ns") !== OPENID_NAMESPACE) throw invalidProof("its openid.ns is not that of OpenID 2.0");
    if (value("mode") !== "id_res") throw invalidProof("its openid.mode is not id_res");
    if (value("op_endpoint") !== endpoint) throw invalidProof("its openid.op_endpoint is not Steam's");
    const signed = value("signed").split(",");
    if (!SIGNED_FIELDS.every((field) => signed.includes(field)))
      throw invalidProof("its openid.signed leaves fields out");
    const [returned = ""] = value("return_to").split("?");
    if (!returnTo.includes(returned)) throw invalidProof("its openid.return_to is not a page of this environment");
    const claimed = value("claimed_id");
    const idUrl = `${new URL(endpoint).origin}/openid/id/`;
    const subject = SteamId.safeParse(claimed.slice(idUrl.length));
    if (claimed !== value("identity") || !claimed.startsWith(idUrl) || !subject.success) {
      throw invalidProof("its openid.claimed_id is not a Steam account");
    }
    return subject.data;
  }

  /** Steam says once whether it signed this (section 11.4.2). */
  async #askBack(parameters: ReadonlyMap<string, string>): Promise<void> {
    const { endpoint } = this.#config;
    const body = new URLSearchParams();
    for (const [name, value] of parameters) if (name.startsWith("openid.")) body.set(name, value);
    body.set("openid.mode", "check_authentication");
    const answer = await this.#http.ask(endpoint, { method: "POST", body });
    if (answer.status !== 200)
      throw this.#http.nonsense(endpoint, `it answered ${answer.status} to check_authentication`);
    const lines = answer.body.toString("utf8").split("\n");
    if (lines.includes("is_valid:true") && lines.includes(`ns:${OPENID_NAMESPACE}`)) return;
    if (lines.includes("is_valid:false")) throw invalidProof("Steam did not sign it, or has said so once already");
    throw this.#http.nonsense(endpoint, "it answered check_authentication in a strange shape");
  }
}
