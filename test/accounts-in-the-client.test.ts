// Accounts through the SDK against the running platform, over its embedded stores. test/real has the same over real ones.
import { accountFlows } from "./support/account-flows.ts";
import { EMBEDDED_STORES } from "./support/account-stage.ts";
import { accountStory } from "./support/account-story.ts";

accountStory("PGlite and memory", EMBEDDED_STORES);
accountFlows("PGlite and memory", EMBEDDED_STORES);
