// A secret of one machine, for a platform that keeps its database in a folder.
import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Bytes of the secret. */
const SECRET_BYTES = 32;

/**
 * The secret in the file `name` of `folder`, made when there is none: the same for everybody who asks at one time, and at
 * every start. Throws when the file holds something else, since another secret would void what was made with the first.
 */
export async function localSecret(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const found = await read(path);
  if (found !== undefined) return found;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, `${randomBytes(SECRET_BYTES).toString("hex")}\n`, { mode: 0o600 });
  try {
    // A link appears whole or not at all, and never in the place of another.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const made = await read(path);
  if (made === undefined) throw new Error(`${path} was made and cannot be read.`);
  return made;
}

async function read(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new Error(`${path} does not hold a secret. Restore it, or remove it for a new one.`);
  return text;
}
