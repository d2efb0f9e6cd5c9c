// Everything of a player as one zip archive: a file of JSON a module, and one that says what they are.
import { strToU8, type Zippable, zipSync } from "fflate";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";

/** Most bytes that an archive holds before it is packed. What modules keep is bounded, so that more is a fault of ours. */
export const MAX_ARCHIVE_BYTES = 16 * 1024 * 1024;

/** What the archive is about. */
export interface ArchiveSubject {
  readonly environmentId: EnvironmentId;
  readonly playerId: string;
  readonly exportedAt: Date;
}

/** Packs what each module gave. Dates are written in ISO 8601. */
export function packArchive(subject: ArchiveSubject, modules: ReadonlyMap<string, unknown>): Uint8Array<ArrayBuffer> {
  const names = [...modules.keys()].sort();
  const manifest = {
    format: 1,
    environment: subject.environmentId,
    playerId: subject.playerId,
    exportedAt: subject.exportedAt.toISOString(),
    files: names.map((name) => `${name}.json`),
  };
  const files: Zippable = { "manifest.json": asFile(manifest) };
  for (const name of names) files[`${name}.json`] = asFile(modules.get(name) ?? {});
  const bytes = Object.values(files).reduce((sum, file) => sum + (file as Uint8Array).byteLength, 0);
  if (bytes > MAX_ARCHIVE_BYTES)
    throw new Error(`An export has ${bytes} bytes; at most ${MAX_ARCHIVE_BYTES} are packed.`);
  return new Uint8Array(zipSync(files, { mtime: subject.exportedAt }));
}

function asFile(value: unknown): Uint8Array {
  return strToU8(`${JSON.stringify(value, null, 2)}\n`);
}
