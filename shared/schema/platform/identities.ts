// Request and response shapes of signing in by any provider, and of the identities that lead to one player.
import { z } from "zod";
import { DEVICE_ID_LENGTH } from "./accounts.ts";
import { PlainText } from "./text.ts";

/** Most identities that lead to one player. */
export const MAX_IDENTITIES = 16;

/** How long the choice of a clash may take, in seconds. */
export const CLASH_SECONDS = 300;

/** How deep a proof may be nested: whatever walks through one must not run out of stack. */
const MAX_PROOF_DEPTH = 8;

/** A way in, as an environment names it: `guest`, `password`, `google`, … */
export const ProviderName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "use 1 to 32 of a-z, 0-9 and -, beginning with a letter")
  .meta({ example: "google" });

/** What a provider asks for: an object, whose members the provider's guide names. */
export const Proof = z
  .record(z.string().max(64), z.unknown())
  .refine((proof) => isShallow(proof), `must not be nested more than ${MAX_PROOF_DEPTH} deep`)
  .meta({ description: "What the provider asks for, e.g. {email, password}.", example: { email: "a@example.com" } });

/** A device's name as its owner reads it in the list of sessions. */
export const DeviceName = PlainText.min(1).max(64).meta({ example: "Ada's phone" });

/** The secret that a device made up and keeps; it tells a known device from a new one. */
export const DeviceId = z
  .string()
  .min(DEVICE_ID_LENGTH.min)
  .max(DEVICE_ID_LENGTH.max)
  .regex(/^[\x21-\x7e]+$/, "use printable ASCII without spaces");

/** `POST /v1/auth/login`. */
export const LoginRequest = z
  .strictObject({
    provider: ProviderName,
    proof: Proof,
    deviceName: DeviceName.optional(),
    deviceId: DeviceId.optional(),
  })
  .meta({
    id: "LoginRequest",
    example: { provider: "guest", proof: { deviceId: "2f1f7c1e-7d0b-4a4e-9f5a-6c1d2b3e4f50" } },
  });
export type LoginRequest = z.infer<typeof LoginRequest>;

/** The member `challenge` of `auth.step_up_required`: what has to be answered before there is a session. */
export const SignInChallenge = z
  .object({
    challengeId: z.string(),
    methods: z.array(z.string()).meta({ description: "Ways to answer it, e.g. totp, passkey, email-code." }),
    expiresIn: z.int().positive().meta({ description: "How long it can be answered, in seconds." }),
  })
  .meta({ id: "SignInChallenge" });
export type SignInChallenge = z.infer<typeof SignInChallenge>;

/** One identity of the signed-in player: what the provider told, and the id to unlink it by. */
export const LinkedIdentity = z
  .object({
    identityId: z.uuid(),
    provider: ProviderName,
    email: z.string().optional(),
    displayName: z.string().optional(),
    linkedAt: z.iso.datetime(),
  })
  .meta({ id: "LinkedIdentity" });
export type LinkedIdentity = z.infer<typeof LinkedIdentity>;

/** `GET /v1/player/me/identities`, oldest first. */
export const IdentityList = z
  .object({ identities: z.array(LinkedIdentity).max(MAX_IDENTITIES), hasPassword: z.boolean() })
  .meta({ id: "IdentityList" });
export type IdentityList = z.infer<typeof IdentityList>;

/** `POST /v1/player/me/identities`. `password` is for e-mail: it is set together with the link. */
export const LinkIdentityRequest = z
  .strictObject({ provider: ProviderName, proof: Proof, password: z.string().max(512).optional() })
  .meta({ id: "LinkIdentityRequest" });
export type LinkIdentityRequest = z.infer<typeof LinkIdentityRequest>;

const ClashSide = z.object({ playerId: z.uuid(), displayName: z.string(), createdAt: z.iso.datetime() });

/** What the problem `identity.clash` says: whose the identity is, and what can be chosen about it. */
export const IdentityClash = z
  .object({
    token: z.string().meta({ description: "Signed; send it back with the choice, within `expiresIn` seconds." }),
    expiresIn: z.int().positive(),
    provider: ProviderName,
    mine: ClashSide,
    theirs: ClashSide.extend({
      isLastWayIn: z
        .boolean()
        .meta({ description: "Whether nothing would lead to that player if this were taken away." }),
    }),
    merge: z
      .array(z.object({ module: z.string(), rules: z.array(z.string()).min(1) }))
      .meta({ description: "What merging needs to be told: one of `rules` for each module that has several." }),
  })
  .meta({ id: "IdentityClash" });
export type IdentityClash = z.infer<typeof IdentityClash>;

/** `POST /v1/player/me/identities/resolve`. */
export const ResolveClashRequest = z
  .strictObject({
    token: z.string().min(1).max(2_048),
    choice: z.enum(["keep-mine", "keep-theirs", "merge"]).meta({
      description:
        "keep-mine: the identity comes to this player, the other keeps its progress. keep-theirs: sign in as the other. merge: one player of both.",
    }),
    into: z
      .enum(["mine", "theirs"])
      .optional()
      .meta({ description: "For merge: whose player id stays. Without it, mine." }),
    rules: z
      .record(z.string().max(64), z.string().max(64))
      .optional()
      .meta({ description: "For merge: a rule for each module that has several.", example: { wallet: "sum" } }),
    deviceId: DeviceId.optional().meta({
      description: "For keep-theirs: the device whose guest sign-in shall lead to the other player from now on.",
    }),
    deviceName: DeviceName.optional(),
  })
  .meta({ id: "ResolveClashRequest" });
export type ResolveClashRequest = z.infer<typeof ResolveClashRequest>;

/** Whether nothing in `value` lies deeper than `MAX_PROOF_DEPTH`. Level by level, since a stranger chose the depth. */
function isShallow(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth <= MAX_PROOF_DEPTH; depth++) {
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
    if (level.length === 0) return true;
  }
  return false;
}
