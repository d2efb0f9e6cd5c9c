// The platform's Prometheus metrics. Every label has few possible values: never a player, an address or a path as sent.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

const NANOSECONDS_PER_SECOND = 1e9;
const EVENT_LOOP_QUANTILES = [0.5, 0.99, 1] as const;

/** Counts of live game servers, read when the metrics are scraped; undefined when they cannot be had. */
export type GameServerCounts = () => Promise<{ ready: number; draining: number } | undefined>;

/** All metrics of one platform process, in a registry of their own. */
export class Metrics {
  readonly registry = new Registry();
  readonly #eventLoop = monitorEventLoopDelay({ resolution: 10 });

  readonly httpRequests = new Counter({
    name: "platform_http_requests_total",
    help: "Requests answered, by route template, method and status.",
    labelNames: ["route", "method", "status"],
    registers: [this.registry],
  });
  readonly httpDuration = new Histogram({
    name: "platform_http_request_duration_seconds",
    help: "Time from the request's head to the handler's answer, by route template and method.",
    labelNames: ["route", "method"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });
  readonly rateLimited = new Counter({
    name: "platform_rate_limited_total",
    help: "Requests refused by a rate limit, by the limit's name.",
    labelNames: ["limit"],
    registers: [this.registry],
  });
  readonly rateLimitsSkipped = new Counter({
    name: "platform_rate_limits_skipped_total",
    help: "Requests that a general limit could not count because the ephemeral store was away, by the limit's name.",
    labelNames: ["limit"],
    registers: [this.registry],
  });
  readonly signIns = new Counter({
    name: "platform_sign_ins_total",
    help: "Sign-ins, by provider and by whether the player is new or returning.",
    labelNames: ["provider", "player"],
    registers: [this.registry],
  });
  readonly refreshes = new Counter({
    name: "platform_refreshes_total",
    help: "Refresh tokens that were shown, by outcome: rotated, repeated, reused, expired, ended or unknown.",
    labelNames: ["outcome"],
    registers: [this.registry],
  });
  readonly sessionsEnded = new Counter({
    name: "platform_sessions_ended_total",
    help: "Sessions that this process ended, by why.",
    labelNames: ["reason"],
    registers: [this.registry],
  });
  readonly evictionRequests = new Counter({
    name: "platform_eviction_requests_total",
    help: "Requests that told a game server of ended sessions, by outcome: told, refused or unreachable.",
    labelNames: ["outcome"],
    registers: [this.registry],
  });
  readonly mails = new Counter({
    name: "platform_mails_total",
    help: "Attempts to deliver mail, by outcome: sent, retried, refused, expired or suppressed.",
    labelNames: ["outcome"],
    registers: [this.registry],
  });
  readonly playerDeletions = new Counter({
    name: "platform_player_deletions_total",
    help: "Deletions of players that were scheduled, undone or done, or failed and will be tried again.",
    labelNames: ["event"],
    registers: [this.registry],
  });
  readonly tickets = new Counter({
    name: "platform_matchmaking_tickets_total",
    help: "Matchmaking tickets that were opened, matched or cancelled.",
    labelNames: ["event"],
    registers: [this.registry],
  });
  readonly seatRequests = new Counter({
    name: "platform_seat_requests_total",
    help: "Seats asked of game servers, by outcome: held, full, draining, refused or unreachable.",
    labelNames: ["outcome"],
    registers: [this.registry],
  });
  readonly lockouts = new Counter({
    name: "platform_lockouts_total",
    help: "Sign-in attempts refused after too many failures, by what was locked: account, address, device or factor.",
    labelNames: ["scope"],
    registers: [this.registry],
  });
  readonly challenges = new Counter({
    name: "platform_challenges_total",
    help: "Challenges to sign-ins that were asked, answered or failed, and sign-ins for which none was possible.",
    labelNames: ["event"],
    registers: [this.registry],
  });

  constructor() {
    this.#eventLoop.enable();
    const eventLoop = this.#eventLoop;
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: "platform_event_loop_delay_seconds",
      help: "How late the event loop's timers were since the last scrape, by quantile; 1 is the worst.",
      labelNames: ["quantile"],
      registers: [this.registry],
      collect() {
        for (const quantile of EVENT_LOOP_QUANTILES) {
          this.set({ quantile: String(quantile) }, eventLoop.percentile(quantile * 100) / NANOSECONDS_PER_SECOND);
        }
        eventLoop.reset();
      },
    });
  }

  /** Adds the gauge of live game servers, which asks `counts` at every scrape. */
  watchGameServers(counts: GameServerCounts): void {
    new Gauge({
      name: "platform_game_servers",
      help: "Game servers with a live heartbeat, by state: ready or draining.",
      labelNames: ["state"],
      registers: [this.registry],
      async collect() {
        const now = await counts();
        this.reset();
        if (now === undefined) return;
        this.set({ state: "ready" }, now.ready);
        this.set({ state: "draining" }, now.draining);
      },
    });
  }

  /** Adds the gauge of how many entries the in-memory ephemeral store holds. */
  watchEphemeralEntries(size: () => number): void {
    new Gauge({
      name: "platform_ephemeral_entries",
      help: "Values, counters and members held by the in-memory ephemeral store.",
      registers: [this.registry],
      collect() {
        this.set(size());
      },
    });
  }

  /** Adds the gauge of how many mails wait to be delivered. */
  watchWaitingMails(waiting: () => number): void {
    new Gauge({
      name: "platform_mails_waiting",
      help: "Mails that wait to be delivered, of all platform processes on this database.",
      registers: [this.registry],
      collect() {
        this.set(waiting());
      },
    });
  }

  /** Adds the gauge that says which of what the platform depends on is up, from the health checks. */
  watchDependencies(checks: () => Promise<Record<string, { ok: boolean }>>): void {
    new Gauge({
      name: "platform_dependency_up",
      help: "1 when a check of /readyz passes, by check.",
      labelNames: ["check"],
      registers: [this.registry],
      async collect() {
        for (const [check, { ok }] of Object.entries(await checks())) this.set({ check }, ok ? 1 : 0);
      },
    });
  }

  /** Stops the timers behind the metrics. */
  close(): void {
    this.#eventLoop.disable();
  }
}
