// `/v1/projects`, `/v1/environments` and `/v1/environment`: for operators, what there is to be in.
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { AppError } from "../../shared/schema/errors.ts";
import {
  ChangeEnvironmentRequest,
  CreateEnvironmentRequest,
  CreateProjectRequest,
  EnvironmentList,
  ProjectList,
  Environment as Shown,
} from "../../shared/schema/platform/index.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import { BODY_CODES, CREDENTIAL_CODES, jsonRequest, problemResponses, responses } from "../http/responses.ts";
import { projectOf, reaches } from "./credential.ts";
import { operatorOf, requireOperator } from "./guards.ts";
import type { Environment, EnvironmentService } from "./service.ts";

const tags = ["Environments"];
const security = [{ operator: [] }];

/** Listing, making and changing. An operator sees and changes what its key reaches. */
export function environmentRoutes(environments: EnvironmentService): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>()
    .openapi(projectsRoute, async (c) => {
      const operator = operatorOf(c);
      const own = projectOf(operator.environmentId);
      const reached = (await environments.projects()).filter(({ id }) => operator.reach === "platform" || id === own);
      return c.json({ projects: reached.map((it) => ({ ...it, createdAt: it.createdAt.toISOString() })) }, 200);
    })
    .openapi(createProjectRoute, async (c) => {
      const { reach } = operatorOf(c);
      if (reach !== "platform")
        throw new AppError("auth.forbidden", "Only a key that reaches the platform makes projects.");
      await environments.createProject(c.get("environmentId"), c.req.valid("json").id, c.get("actor"));
      return c.body(null, 204);
    })
    .openapi(environmentsRoute, async (c) => {
      const operator = operatorOf(c);
      const reached = (await environments.all()).filter(({ id }) => reaches(operator, id));
      return c.json({ environments: reached.map(shown) }, 200);
    })
    .openapi(createEnvironmentRoute, async (c) => {
      const operator = operatorOf(c);
      const { id, corsOrigins } = c.req.valid("json");
      if (operator.reach === "environment" || !reaches(operator, id)) {
        throw new AppError("auth.forbidden", "Only a key that reaches the project makes its environments.");
      }
      await environments.create({ id, corsOrigins }, c.get("actor"));
      return c.json(shown({ id, corsOrigins }), 201);
    })
    .openapi(changeRoute, async (c) => {
      const { corsOrigins } = c.req.valid("json");
      const id = c.get("environmentId");
      if (corsOrigins === undefined) return c.json(shown(await environments.find(id)), 200);
      return c.json(shown(await environments.setCorsOrigins(id, corsOrigins ?? undefined, c.get("actor"))), 200);
    });
}

const projectsRoute = createRoute({
  method: "get",
  path: "/v1/projects",
  tags,
  security,
  summary: "List projects",
  middleware: [requireOperator("environments:read")],
  responses: responses("The projects that the key reaches.", ProjectList, CREDENTIAL_CODES),
});

const createProjectRoute = createRoute({
  method: "post",
  path: "/v1/projects",
  tags,
  security,
  summary: "Make a project",
  middleware: [requireOperator("environments:write"), jsonBody()],
  request: { body: jsonRequest(CreateProjectRequest) },
  responses: {
    ...problemResponses([...CREDENTIAL_CODES, ...BODY_CODES, "environment.exists", "environment.too_many"]),
    204: { description: "Made." },
  },
});

const environmentsRoute = createRoute({
  method: "get",
  path: "/v1/environments",
  tags,
  security,
  summary: "List environments",
  middleware: [requireOperator("environments:read")],
  responses: responses("The environments that the key reaches.", EnvironmentList, CREDENTIAL_CODES),
});

const createEnvironmentRoute = createRoute({
  method: "post",
  path: "/v1/environments",
  tags,
  security,
  summary: "Make an environment",
  description: "It begins empty: no player, key or setting of another environment is in it.",
  middleware: [requireOperator("environments:write"), jsonBody()],
  request: { body: jsonRequest(CreateEnvironmentRequest) },
  responses: {
    ...problemResponses([...CREDENTIAL_CODES, ...BODY_CODES, "environment.exists", "environment.too_many"]),
    201: { description: "Made.", content: { "application/json": { schema: Shown } } },
  },
});

const changeRoute = createRoute({
  method: "patch",
  path: "/v1/environment",
  tags,
  security,
  summary: "Change the environment",
  description: "Of the environment that the request is in. What is left out stays as it is.",
  middleware: [requireOperator("environments:write"), jsonBody()],
  request: { body: jsonRequest(ChangeEnvironmentRequest) },
  responses: responses("The environment.", Shown, [...CREDENTIAL_CODES, ...BODY_CODES]),
});

function shown({ id, corsOrigins }: Environment) {
  return { id, corsOrigins: corsOrigins === undefined ? null : [...corsOrigins] };
}
