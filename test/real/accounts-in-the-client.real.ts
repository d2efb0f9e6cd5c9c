// Accounts through the SDK against the running platform, over real Postgres and Redis (DATABASE_URL, REDIS_URL).
import { createScratchDatabase, requireUrl } from "../../platform/testing/real-services.ts";
import { accountFlows } from "../support/account-flows.ts";
import type { Stores } from "../support/account-stage.ts";
import { accountStory } from "../support/account-story.ts";

const realStores = async (): Promise<Stores> => {
  const redisUrl = requireUrl("REDIS_URL");
  const { url, drop } = await createScratchDatabase();
  return { env: { DATABASE_URL: url, REDIS_URL: redisUrl }, remove: drop };
};

accountStory("Postgres and Redis", realStores);
accountFlows("Postgres and Redis", realStores);
