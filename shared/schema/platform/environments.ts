// Projects and their environments: how they are named, and which header chooses one.
import { z } from "zod";

/** The request header that names the environment where no credential does, e.g. `X-Environment: demo/dev`. */
export const ENVIRONMENT_HEADER = "X-Environment";

const NAME = "[a-z][a-z0-9-]{0,31}";

/** The name of a project, or of an environment within its project. */
export const EnvironmentName = z
  .string()
  .regex(new RegExp(`^${NAME}$`), "use 1 to 32 of a-z, 0-9 and -, beginning with a letter");

/** An environment's id: `<project>/<environment>`. Whatever belongs to one environment carries it. */
export const EnvironmentId = z
  .string()
  .regex(new RegExp(`^${NAME}/${NAME}$`), "use <project>/<environment>, each 1 to 32 of a-z, 0-9 and -, e.g. demo/dev")
  .brand<"EnvironmentId">()
  .meta({ id: "EnvironmentId", example: "demo/dev" });
export type EnvironmentId = z.infer<typeof EnvironmentId>;

/** The environment that exists from the start. */
export const FIRST_ENVIRONMENT: EnvironmentId = EnvironmentId.parse("demo/dev");
