// Request and response shapes of administration: projects, environments, keys and the audit log.
import { z } from "zod";
import { EnvironmentId, EnvironmentName } from "./environments.ts";
import { PlainText } from "./text.ts";

/** What an operator may do. `*` is everything. */
export const OPERATOR_SCOPES = [
  "*",
  "environments:read",
  "environments:write",
  "keys:read",
  "keys:write",
  "players:read",
  "players:write",
  "bans:read",
  "bans:write",
  "audit:read",
] as const;

/** One of `OPERATOR_SCOPES`. */
export const OperatorScope = z.enum(OPERATOR_SCOPES).meta({ id: "OperatorScope" });
export type OperatorScope = z.infer<typeof OperatorScope>;

/** How far an operator's key reaches: its own environment, all of its project, or all of the platform. */
export const Reach = z.enum(["environment", "project", "platform"]).meta({ id: "Reach" });
export type Reach = z.infer<typeof Reach>;

/** Web origins that may call: `["*"]` for any, or origins such as `https://play.example.com`. */
export const CorsOrigins = z
  .array(
    z
      .string()
      .max(256)
      .refine((origin) => origin === "*" || isOrigin(origin), "use * or an origin, e.g. https://play.example.com"),
  )
  .max(32);

/** A project, and an environment of it with its settings. */
export const Project = z.object({ id: EnvironmentName, createdAt: z.iso.datetime() }).meta({ id: "Project" });
export const Environment = z
  .object({
    id: EnvironmentId,
    corsOrigins: CorsOrigins.nullable().meta({ description: "Null is what the platform is configured with." }),
  })
  .meta({ id: "Environment" });

/** `GET /v1/projects` and `GET /v1/environments`: those that the key reaches. */
export const ProjectList = z.object({ projects: z.array(Project) }).meta({ id: "ProjectList" });
export const EnvironmentList = z.object({ environments: z.array(Environment) }).meta({ id: "EnvironmentList" });

/** `POST /v1/projects`. */
export const CreateProjectRequest = z
  .strictObject({ id: EnvironmentName.meta({ example: "demo" }) })
  .meta({ id: "CreateProjectRequest" });

/** `POST /v1/environments`: of a project that exists. */
export const CreateEnvironmentRequest = z
  .strictObject({ id: EnvironmentId, corsOrigins: CorsOrigins.optional() })
  .meta({ id: "CreateEnvironmentRequest" });

/** `PATCH /v1/environment`: changes what is named. */
export const ChangeEnvironmentRequest = z
  .strictObject({ corsOrigins: CorsOrigins.nullable().optional() })
  .meta({ id: "ChangeEnvironmentRequest" });

/** Longest time that a rotated key's old secret may go on, in seconds: a week. */
export const MAX_KEY_OVERLAP_SECONDS = 604_800;

/** Longest life of a key that has an end, in days. */
export const MAX_KEY_DAYS = 3_650;

/** A key, as it may be seen: never its secret. */
export const ApiKey = z
  .object({
    id: z.uuid(),
    kind: z.enum(["operator", "server"]),
    name: z.string(),
    reach: Reach,
    scopes: z.array(OperatorScope),
    createdAt: z.iso.datetime(),
    rotatedAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable(),
    oldSecretUntil: z.iso.datetime().nullable().meta({ description: "Until when the secret before is good, too." }),
  })
  .meta({ id: "ApiKey" });
export type ApiKey = z.infer<typeof ApiKey>;

/** `GET /v1/api-keys`. */
export const ApiKeyList = z.object({ apiKeys: z.array(ApiKey) }).meta({ id: "ApiKeyList" });

/** A new secret, shown this once. */
export const ApiKeySecret = z
  .object({ apiKey: ApiKey, secret: z.string().meta({ description: "The credential. It is not shown again." }) })
  .meta({ id: "ApiKeySecret" });
export type ApiKeySecret = z.infer<typeof ApiKeySecret>;

const keyName = PlainText.trim().min(1).max(64).meta({ example: "fleet eu-west" });
const expiresInDays = z
  .int()
  .min(1)
  .max(MAX_KEY_DAYS)
  .optional()
  .meta({ description: "Without it, the key has no end." });

/** `POST /v1/api-keys`. A key can do no more than the key that makes it. */
export const CreateApiKeyRequest = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("server"), name: keyName, expiresInDays }),
    z.strictObject({
      kind: z.literal("operator"),
      name: keyName,
      expiresInDays,
      scopes: z.array(OperatorScope).min(1).max(OPERATOR_SCOPES.length),
      reach: Reach.default("environment"),
    }),
  ])
  .meta({ id: "CreateApiKeyRequest" });
export type CreateApiKeyRequest = z.infer<typeof CreateApiKeyRequest>;

/** `POST /v1/api-keys/{keyId}/rotate`. */
export const RotateApiKeyRequest = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(MAX_KEY_OVERLAP_SECONDS)
      .default(3_600)
      .meta({ description: "How long the old secret goes on; 0 ends it at once." }),
  })
  .meta({ id: "RotateApiKeyRequest" });

/** A signing key, as it may be seen: never its private part. */
export const SigningKeyInfo = z
  .object({ kid: z.string(), state: z.enum(["next", "signing", "retired"]), activatesAt: z.iso.datetime() })
  .meta({ id: "SigningKeyInfo" });

/** `GET /v1/signing-keys`. */
export const SigningKeyList = z.object({ signingKeys: z.array(SigningKeyInfo) }).meta({ id: "SigningKeyList" });

/** `POST /v1/signing-keys/rotate`. */
export const RotateSigningKeyRequest = z
  .strictObject({
    isCompromised: z.boolean().default(false).meta({
      description: "Whether somebody may have the key: then every token that it signed is void at once.",
    }),
  })
  .meta({ id: "RotateSigningKeyRequest" });

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return origin === text && (protocol === "https:" || protocol === "http:");
}
