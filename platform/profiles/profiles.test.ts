// Profiles on PGlite.
import { openScratchPglite } from "../testing/scratch-database.ts";
import { profilesContract } from "./profiles.contract.ts";

profilesContract("PGlite", openScratchPglite);
