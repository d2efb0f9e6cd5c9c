// Privacy on a real Postgres (DATABASE_URL).
import { openScratchPostgres } from "../testing/scratch-database.ts";
import { privacyContract } from "./privacy.contract.ts";

privacyContract("Postgres", openScratchPostgres);
