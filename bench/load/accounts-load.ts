// Players of a service of accounts: so many connections that each ask, wait for the answer, and ask again.
import { Distribution } from "../run/distribution.ts";
import type { Account } from "../servers/measured-server.ts";
import { type AccountDialect, type AccountRequest, faultOf, REQUESTS_OF } from "./account-requests.ts";
import { JsonClient } from "./json-client.ts";

/** Requests under way at once, each on a connection that is kept. */
export const CONNECTIONS = 32;
/** The same of passwords: one core hashes one at a time, and with more at once Nakama gave no answer within a trial. */
const PASSWORD_CONNECTIONS = 4;
const MAX_TOLD_FAULTS = 3;

/** Whom to ask, and who asks. */
export interface AccountsRequest {
  readonly port: number;
  readonly dialect: AccountDialect;
  readonly what: AccountRequest;
  /** Both as many as there are connections, or more; no guests where they cannot come back. */
  readonly accounts: readonly Account[];
  readonly guests: readonly string[];
}

/** What was seen over one measured stretch. */
export interface AccountsFigures {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one core that the load took. */
  readonly loadCpuShare: number;
}

/** The players of one trial. They ask from the start on, until `rest`. */
export class AccountsLoad {
  readonly #client: JsonClient;
  readonly #loops: Promise<unknown>;
  #isAsking = true;
  #durations = new Distribution();
  #faults: string[] = [];
  #beganMs = performance.now();
  #cpu = process.cpuUsage();

  constructor(request: AccountsRequest) {
    this.#client = new JsonClient(request.port, CONNECTIONS);
    const connections = request.what === "password" ? PASSWORD_CONNECTIONS : CONNECTIONS;
    this.#loops = Promise.all(Array.from({ length: connections }, (_, index) => this.#loop(request, index)));
  }

  /** Begins to measure. A fault from before stays one: whoever met it has stopped asking. */
  begin(): void {
    this.#durations = new Distribution();
    this.#beganMs = performance.now();
    this.#cpu = process.cpuUsage();
  }

  /** The figures since `begin`. */
  end(): AccountsFigures {
    const seconds = (performance.now() - this.#beganMs) / 1_000;
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      requests: this.#durations.count,
      seconds,
      p50Ms: this.#durations.percentile(0.5),
      p99Ms: this.#durations.percentile(0.99),
      loadCpuShare: (user + system) / 1e6 / seconds,
    };
  }

  /** Stops asking; resolves with all faults when every answer has come, those that came after the end of the stretch included. */
  async rest(): Promise<readonly string[]> {
    this.#isAsking = false;
    await this.#loops;
    return [...new Set(this.#faults)].slice(0, MAX_TOLD_FAULTS);
  }

  /** One connection's player after the other, by turns over the accounts that are this connection's. */
  async #loop({ dialect, what, accounts, guests }: AccountsRequest, index: number): Promise<void> {
    const askOf = REQUESTS_OF[dialect][what];
    if (!askOf) throw new Error(`${dialect} has no "${what}".`);
    const isOwn = (_: unknown, place: number): boolean => place % CONNECTIONS === index;
    const [ownAccounts, ownGuests] = [accounts.filter(isOwn), guests.filter(isOwn)];
    for (let turn = 0; this.#isAsking; turn++) {
      const beganMs = performance.now();
      try {
        const player = {
          ...ownAccounts[turn % ownAccounts.length]!,
          guestDeviceId: ownGuests[turn % ownGuests.length] ?? "",
        };
        const fault = faultOf(what, await this.#client.send(askOf(player)));
        if (fault !== undefined) throw new Error(fault);
        this.#durations.add(performance.now() - beganMs);
      } catch (error) {
        this.#faults.push((error as Error).message);
        return;
      }
    }
  }
}
