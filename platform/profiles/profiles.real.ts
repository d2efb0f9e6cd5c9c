// Profiles on a real Postgres (DATABASE_URL).
import { openScratchPostgres } from "../testing/scratch-database.ts";
import { profilesContract } from "./profiles.contract.ts";

profilesContract("Postgres", openScratchPostgres);
