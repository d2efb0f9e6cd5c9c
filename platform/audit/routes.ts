// `GET /v1/audit` and `GET /v1/audit/export`: for operators, what was done in an environment.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { AuditFilter, AuditPage, AuditQuery, type AuditRecord } from "../../shared/schema/platform/index.ts";
import { requireOperator } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { CREDENTIAL_CODES, problemResponses, responses } from "../http/responses.ts";
import type { AuditService } from "./service.ts";

const NDJSON = "application/x-ndjson";
const tags = ["Audit"];
const security = [{ operator: [] }];

/** Searching and exporting. Nothing here writes. */
export function auditRoutes(audit: AuditService): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>()
    .openapi(searchRoute, async (c) => {
      const { before, limit, ...filter } = c.req.valid("query");
      return c.json(await audit.search(c.get("environmentId"), filter, before, limit), 200);
    })
    .openapi(exportRoute, async (c) => {
      const pages = audit.export(c.get("environmentId"), c.req.valid("query"));
      // The first page is read before the answer begins, so that a database that is away is still a problem document.
      const first = await pages.next();
      const headers = { "Content-Type": NDJSON, "Cache-Control": "no-store" };
      // A stream has no type that a route could promise.
      return c.body(streamOf(first, pages), 200, headers) as never;
    });
}

const searchRoute = createRoute({
  method: "get",
  path: "/v1/audit",
  tags,
  security,
  summary: "Search the audit log",
  description: "Newest first. Give `next` of one page as `before` of the next.",
  middleware: [requireOperator("audit:read")],
  request: { query: AuditQuery },
  responses: responses("A page.", AuditPage, [...CREDENTIAL_CODES, "request.invalid"]),
});

const exportRoute = createRoute({
  method: "get",
  path: "/v1/audit/export",
  tags,
  security,
  summary: "Export the audit log",
  description: "Oldest first, one JSON object a line.",
  middleware: [requireOperator("audit:read")],
  request: { query: AuditFilter },
  responses: {
    ...problemResponses([...CREDENTIAL_CODES, "request.invalid"]),
    200: { description: "Every entry that fits.", content: { [NDJSON]: { schema: z.string() } } },
  },
});

/** Pages as lines. A page is read when the one before was taken: a slow reader holds one page, and no more. */
function streamOf(first: IteratorResult<AuditRecord[]>, pages: AsyncGenerator<AuditRecord[]>) {
  const encoder = new TextEncoder();
  let next: IteratorResult<AuditRecord[]> | undefined = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const page: IteratorResult<AuditRecord[]> = next ?? (await pages.next());
      next = undefined;
      if (page.done) return controller.close();
      controller.enqueue(encoder.encode(page.value.map((entry) => `${JSON.stringify(entry)}\n`).join("")));
    },
    async cancel() {
      await pages.return(undefined);
    },
  });
}
