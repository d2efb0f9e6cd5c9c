// The platform's HTTP application: every route, in front of services that are given. Importing this does nothing.
import { OpenAPIHono } from "@hono/zod-openapi";
import { identityRoutes } from "./accounts/identity-routes.ts";
import { providerRoutes } from "./accounts/provider-routes.ts";
import { accountRoutes } from "./accounts/routes.ts";
import { apiKeyRoutes } from "./api-keys/routes.ts";
import type { ApiKeyService } from "./api-keys/service.ts";
import type { AccountServices } from "./assemble-accounts.ts";
import { auditRoutes } from "./audit/routes.ts";
import type { AuditService } from "./audit/service.ts";
import type { BanDesk } from "./bans/ban-desk.ts";
import { banRoutes } from "./bans/routes.ts";
import type { BanService } from "./bans/service.ts";
import type { Config } from "./config.ts";
import type { Authenticator } from "./environments/authenticator.ts";
import { requestEnvironment } from "./environments/request-environment.ts";
import { environmentRoutes } from "./environments/routes.ts";
import type { EnvironmentService } from "./environments/service.ts";
import type { EphemeralStore } from "./ephemeral/store.ts";
import { createErrorHandler, invalidRequest } from "./errors.ts";
import type { FactorServices } from "./factors/create-factors.ts";
import { factorPolicyRoutes } from "./factors/policy-routes.ts";
import { factorRoutes } from "./factors/routes.ts";
import { factorSignInRoutes } from "./factors/sign-in-routes.ts";
import { clientAddress } from "./http/client-address.ts";
import { corsByEnvironment } from "./http/cors.ts";
import { addDocs } from "./http/docs.ts";
import type { AppEnv } from "./http/env.ts";
import { createNotFound } from "./http/not-found.ts";
import { RateLimiter } from "./http/rate-limit.ts";
import { observed, requestId } from "./http/request-id.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { staticWeb } from "./http/static-web.ts";
import { matchmakingRoutes } from "./matchmaking/routes.ts";
import type { MatchmakingService } from "./matchmaking/service.ts";
import type { Log } from "./ops/log.ts";
import type { Metrics } from "./ops/metrics.ts";
import { passwordRoutes } from "./passwords/routes.ts";
import { privacyRoutes } from "./privacy/routes.ts";
import type { PrivacyService } from "./privacy/service.ts";
import { profileRoutes } from "./profiles/routes.ts";
import type { ProfileService } from "./profiles/service.ts";
import { accountPage } from "./recovery/account-page.ts";
import { recoveryRoutes } from "./recovery/routes.ts";
import type { RecoveryService } from "./recovery/service.ts";
import { gameServerRoutes } from "./servers/routes.ts";
import type { GameServerService } from "./servers/service.ts";
import type { EndedSessions } from "./sessions/ended-sessions.ts";
import { operatorSessionRoutes } from "./sessions/operator-routes.ts";
import { sessionRoutes } from "./sessions/routes.ts";
import type { SessionService } from "./sessions/service.ts";
import { tokenRoutes } from "./tokens/routes.ts";
import type { TokenService } from "./tokens/service.ts";
import type { SigningKeys } from "./tokens/signing-keys.ts";

/** What the application stands on. */
export interface AppDeps {
  readonly config: Pick<Config, "corsOrigins" | "defaultEnvironment" | "rateLimits" | "trustedProxies" | "webDir">;
  readonly environments: EnvironmentService;
  readonly authenticator: Authenticator;
  readonly apiKeys: ApiKeyService;
  readonly audit: AuditService;
  readonly signingKeys: SigningKeys;
  readonly accounts: AccountServices;
  readonly recovery: RecoveryService;
  readonly tokens: TokenService;
  readonly sessions: SessionService;
  readonly endedSessions: EndedSessions;
  readonly bans: BanService;
  readonly banDesk: BanDesk;
  readonly servers: GameServerService;
  readonly matchmaking: MatchmakingService;
  readonly factors: FactorServices;
  readonly profiles: ProfileService;
  readonly privacy: PrivacyService;
  readonly ephemeral: EphemeralStore;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Makes the application. Every error it answers is a problem document. */
export function createApp(deps: AppDeps): OpenAPIHono<AppEnv> {
  const { config, accounts, tokens, sessions, bans, servers, matchmaking, profiles, privacy, metrics, log } = deps;
  const rateLimiter = new RateLimiter(deps.ephemeral, metrics, config.rateLimits);
  const elevations = deps.factors.challenges;
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error, result.target);
    },
  });

  app.use(requestId(), observed(metrics, log), securityHeaders());
  app.onError(createErrorHandler(log));
  const { environments, authenticator } = deps;
  app.use(corsByEnvironment({ origins: config.corsOrigins, environments }));
  app.use(clientAddress(config.trustedProxies), rateLimiter.edge());
  app.use(requestEnvironment({ environments, authenticator, defaultEnvironment: config.defaultEnvironment }));
  app.use(rateLimiter.players());

  app.route("/", accountRoutes({ ...accounts, rateLimiter }));
  app.route("/", identityRoutes({ ...accounts, elevations, rateLimiter }));
  app.route("/", providerRoutes(accounts.providers));
  app.route("/", passwordRoutes({ ...accounts, elevations, rateLimiter }));
  app.route("/", recoveryRoutes({ recovery: deps.recovery, elevations, rateLimiter }));
  app.route("/", accountPage());
  app.route("/", profileRoutes({ profiles, rateLimiter }));
  app.route("/", privacyRoutes({ privacy, elevations, rateLimiter }));
  app.route("/", tokenRoutes({ tokens, signingKeys: deps.signingKeys, audit: deps.audit }));
  app.route("/", sessionRoutes({ sessions, rateLimiter }));
  app.route("/", operatorSessionRoutes(sessions));
  app.route("/", banRoutes({ bans, desk: deps.banDesk }));
  app.route("/", matchmakingRoutes({ matchmaking, rateLimiter }));
  app.route("/", gameServerRoutes({ servers, ended: deps.endedSessions }));
  app.route("/", factorRoutes({ ...deps.factors, rateLimiter }));
  app.route("/", factorSignInRoutes({ ...deps.factors, rateLimiter }));
  app.route("/", factorPolicyRoutes(deps.factors.policies));
  app.route("/", environmentRoutes(environments));
  app.route("/", apiKeyRoutes(deps.apiKeys));
  app.route("/", auditRoutes(deps.audit));
  addDocs(app);

  const web = staticWeb(config.webDir);
  const notFound = createNotFound(app);
  app.notFound(async (c) => {
    const isRead = c.req.method === "GET" || c.req.method === "HEAD";
    return (isRead ? await web(c) : undefined) ?? notFound(c);
  });
  return app;
}
