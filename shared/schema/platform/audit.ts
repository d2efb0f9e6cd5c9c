// Request and response shapes of the audit log.
import { z } from "zod";
import { PlainText } from "./text.ts";

/** Most entries of one page. */
export const AUDIT_PAGE_SIZE = 200;

/** An action's name, as `subject.verb`: `api_key.created`. */
export const AuditAction = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/, "use <subject>.<verb> in lower case, e.g. api_key.created");

/** One entry. */
export const AuditRecord = z
  .object({
    id: z.uuid(),
    createdAt: z.iso.datetime(),
    actor: z.object({ kind: z.enum(["operator", "server", "player", "system"]), id: z.string() }),
    action: z.string(),
    subject: z.string(),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
  })
  .meta({ id: "AuditRecord" });
export type AuditRecord = z.infer<typeof AuditRecord>;

const moment = z.iso
  .datetime()
  .refine((text) => Date.parse(text) >= 0, "use a time since 1970")
  .meta({ example: "2026-01-31T12:00:00Z" });

/** What entries are looked for: all that is given must fit. */
export const AuditFilter = z.strictObject({
  action: AuditAction.optional(),
  actorId: PlainText.min(1).max(128).optional(),
  subject: PlainText.min(1).max(256).optional().meta({ example: "player/0190..." }),
  since: moment.optional(),
  until: moment.optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

/** `GET /v1/audit`: newest first, from before the entry with the id `before`. */
export const AuditQuery = AuditFilter.extend({
  before: z.uuid().optional().meta({ description: "The `next` of the page before." }),
  limit: z.coerce.number().int().min(1).max(AUDIT_PAGE_SIZE).default(50),
});

/** A page; `next` is there when there may be more. */
export const AuditPage = z
  .object({ entries: z.array(AuditRecord), next: z.uuid().optional() })
  .meta({ id: "AuditPage" });
