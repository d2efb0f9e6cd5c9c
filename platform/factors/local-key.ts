// The sealing key of a platform on one machine: made at the first start and kept beside the local database.
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BOX_KEY_BYTES } from "./secret-box.ts";

/** The file, in the data folder. Whoever has a copy of the folder has the key too: production gives `FACTORS_KEY` instead. */
export const LOCAL_KEY_FILE = "factors.key";

/** The key in `dataDir`, made when there is none. Throws when the file is there and is no key: making another would lose secrets. */
export async function localFactorsKey(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, LOCAL_KEY_FILE);
  await mkdir(dataDir, { recursive: true });
  try {
    await writeFile(path, `${randomBytes(BOX_KEY_BYTES).toString("hex")}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const key = Buffer.from((await readFile(path, "utf8")).trim(), "hex");
  if (key.length === BOX_KEY_BYTES) return key;
  throw new Error(
    `${path} is not a key of ${BOX_KEY_BYTES} bytes in hex. Restore it, or remove it and every totp_factor.`,
  );
}
