// The way in of games on Steam: a ticket that Steam's Web API knows the owner of.
import { z } from "zod";
import type { SteamTicketConfig } from "../../../shared/schema/platform/index.ts";
import { SteamTicketProof } from "../../../shared/schema/platform/index.ts";
import { parseProof } from "./parse-proof.ts";
import type { ProviderHttp } from "./provider-http.ts";
import { invalidProof, refusedAccount } from "./refusals.ts";
import type { UsedProofs } from "./used-proofs.ts";
import type { VerifiedIdentity, Verifier, VerifierContext } from "./verifier.ts";

/** How long a used ticket is remembered, in milliseconds. A ticket tells nobody but Steam how long it is good for. */
export const TICKET_MEMORY_MS = 86_400_000;

/** A SteamID of an individual account in the public universe. */
export const SteamId = z.string().regex(/^7656119\d{10}$/);

const Answer = z.object({
  response: z.union([
    z.object({
      params: z.object({
        result: z.literal("OK"),
        steamid: SteamId,
        ownersteamid: SteamId,
        vacbanned: z.boolean(),
        publisherbanned: z.boolean(),
      }),
    }),
    z.object({ error: z.object({ errorcode: z.int() }) }),
  ]),
});

/** Asks `ISteamUserAuth/AuthenticateUserTicket` (Steamworks Web API) who a ticket belongs to. */
export class SteamTicketVerifier implements Verifier {
  readonly provider: string;
  readonly #config: SteamTicketConfig;
  readonly #http: ProviderHttp;
  readonly #usedProofs: UsedProofs;

  constructor(provider: string, config: SteamTicketConfig, deps: { http: ProviderHttp; usedProofs: UsedProofs }) {
    this.provider = provider;
    this.#config = config;
    this.#http = deps.http;
    this.#usedProofs = deps.usedProofs;
  }

  async verify(proof: unknown, { environmentId }: VerifierContext): Promise<VerifiedIdentity> {
    const ticket = parseProof(SteamTicketProof, proof).ticket.toLowerCase();
    const { namespace, refuses } = this.#config;
    const params = await this.#ask(ticket);
    if (refuses.includes("publisher-banned") && params.publisherbanned) throw refusedAccount("it is banned on Steam");
    if (refuses.includes("vac-banned") && params.vacbanned) throw refusedAccount("Steam banned it for cheating");
    if (refuses.includes("borrowed") && params.ownersteamid !== params.steamid) {
      throw refusedAccount("the game is borrowed from another account");
    }
    await this.#usedProofs.spend(environmentId, `steam-ticket:${ticket}`, TICKET_MEMORY_MS);
    return { provider: namespace, subject: params.steamid };
  }

  async #ask(ticket: string) {
    const { endpoint, publisherKey, appId, identity } = this.#config;
    const url = new URL(`${endpoint.replace(/\/$/, "")}/ISteamUserAuth/AuthenticateUserTicket/v1/`);
    url.search = String(new URLSearchParams({ key: publisherKey, appid: String(appId), ticket, identity }));
    const { status, json } = await this.#http.askJson(url.href);
    // Steam answers 403 to a key that it does not know, and a ticket never causes that.
    if (status === 401 || status === 403) throw this.#http.nonsense(url.href, "it does not take the publisher key");
    if (status === 400) throw invalidProof("Steam cannot read the ticket");
    const answer = Answer.safeParse(json);
    if (status !== 200 || !answer.success)
      throw this.#http.nonsense(url.href, `it answered ${status} in a strange shape`);
    const { response } = answer.data;
    if ("error" in response) throw invalidProof(`Steam does not take the ticket (error ${response.error.errorcode})`);
    return response.params;
  }
}
