// The way in of Steam tickets keeps the contract.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { ProviderConfig, type SteamTicketConfig } from "../../../shared/schema/platform/index.ts";
import { SteamTicketVerifier } from "./steam-ticket.ts";
import { type FakeProvider, startFakeProvider } from "./testing/fake-provider.ts";
import {
  ANNA,
  BERT,
  contextNow,
  isError,
  type VerifierTrial,
  verifierContract,
  withTrial,
} from "./verifier.contract.ts";

const KEY = "0123456789ABCDEF0123456789abcdef";

/** A ticket as Steam knows it. */
interface Ticket {
  readonly appId: string;
  readonly identity: string;
  readonly params: Record<string, unknown>;
}

interface SteamTrial extends VerifierTrial {
  readonly provider: FakeProvider;
  /** Makes a ticket that Steam knows in this way. */
  ticket(person: string, more?: Partial<Ticket>): { ticket: string };
}

async function open(refuses?: readonly string[]): Promise<SteamTrial> {
  const provider = await startFakeProvider();
  const tickets = new Map<string, Ticket>();
  provider.on("/ISteamUserAuth/AuthenticateUserTicket/v1/", ({ url }) => {
    const value = (name: string) => url.searchParams.get(name) ?? "";
    if (value("key") !== KEY) return { status: 403, body: "<html>Forbidden</html>" };
    const ticket = tickets.get(value("ticket"));
    const error = (errorcode: number) => ({ body: { response: { error: { errorcode, errordesc: "no" } } } });
    if (ticket === undefined || ticket.identity !== value("identity")) return error(101);
    if (ticket.appId !== value("appid")) return error(102);
    return { body: { response: { params: ticket.params } } };
  });
  const config = configOf(provider, refuses === undefined ? {} : { refuses });
  const trial: SteamTrial = {
    provider,
    namespace: "steam",
    make: (deps) => new SteamTicketVerifier("steam-ticket", config, deps),
    ticket: (person, more = {}) => {
      const ticket = randomBytes(234).toString("hex");
      const params = {
        result: "OK",
        steamid: person,
        ownersteamid: person,
        vacbanned: false,
        publisherbanned: false,
        ...more.params,
      };
      tickets.set(ticket, { appId: "480", identity: "gamekeeper", ...more, params });
      return { ticket };
    },
    proof: async (person) => trial.ticket(person),
  };
  return trial;
}

function configOf(provider: FakeProvider, more: object): SteamTicketConfig {
  const config = {
    kind: "steam-ticket",
    appId: 480,
    publisherKey: KEY,
    identity: "gamekeeper",
    endpoint: provider.url,
  };
  return ProviderConfig.parse({ ...config, ...more }) as SteamTicketConfig;
}

verifierContract("Steam, ticket", () => open(), {
  "a ticket that Steam does not know": { code: "proof.invalid", make: () => ({ ticket: "00".repeat(234) }) },
  "a ticket for another game": { code: "proof.invalid", make: (trial) => trial.ticket(ANNA, { appId: "570" }) },
  "a ticket that was made for another service": {
    code: "proof.invalid",
    make: (trial) => trial.ticket(ANNA, { identity: "another-service" }),
  },
  "a ticket of an account that the publisher banned": {
    code: "proof.refused",
    make: (trial) => trial.ticket(ANNA, { params: { publisherbanned: true } }),
  },
  "a ticket that is not hexadecimal": { code: "request.invalid", make: () => ({ ticket: "g".repeat(40) }) },
  "a ticket that is too long": { code: "request.invalid", make: () => ({ ticket: "00".repeat(2_561) }) },
  "an answer that is not about an individual's account": {
    code: "provider.unavailable",
    make: (trial) => trial.ticket("103582791429521412", {}),
  },
});

describe("Steam tickets", () => {
  it(
    "are refused for what the environment says: a ban for cheating, a borrowed game",
    withTrial(
      () => open(["vac-banned", "borrowed"]),
      async (trial, deps) => {
        const verifier = trial.make(deps);
        const verify = (params: Record<string, unknown>) =>
          verifier.verify(trial.ticket(ANNA, { params }), contextNow());
        await assert.rejects(verify({ vacbanned: true }), isError("proof.refused"));
        await assert.rejects(verify({ ownersteamid: BERT }), isError("proof.refused"));
        assert.equal((await verify({ publisherbanned: true })).subject, ANNA);
      },
    ),
  );

  it(
    "are not blamed for a publisher key that Steam does not take, which is not quoted",
    withTrial(
      () => open(),
      async ({ provider, ticket }, deps) => {
        const wrongKey = "f".repeat(32);
        const config = configOf(provider, { publisherKey: wrongKey });
        const verifier = new SteamTicketVerifier("steam-ticket", config, deps);
        await assert.rejects(verifier.verify(ticket(ANNA), contextNow()), (error) => {
          assert.ok(!(error as Error).message.includes(wrongKey));
          return isError("provider.unavailable")(error);
        });
      },
    ),
  );
});
