// Keeps the motion fields of the state's own instances at what the newest snapshot says: patches do not carry them.
import type { ShownEntity } from "./shown-entity.ts";

type Instance = object;

/**
 * Writes the motion of each collection's instances, found by their `entityId`. Decoded instances record no changes, so
 * writing to them costs no memory; listeners of single fields are not called.
 */
export function writeMotion(
  state: object,
  kinds: readonly string[],
  entityOf: (entityId: number) => ShownEntity | undefined,
): void {
  for (const kind of kinds) {
    const collection = (state as Record<string, { values?(): Iterable<Instance> } | undefined>)[kind];
    for (const instance of collection?.values?.() ?? []) {
      const entity = entityOf((instance as { entityId?: number }).entityId ?? Number.NaN);
      if (entity?.kind === kind) writeFields(instance, entity, entity.fields);
    }
  }
}

/** Writes `fields` of an entity's newest state into an instance. */
export function writeFields(instance: Instance, entity: ShownEntity, fields: readonly string[]): void {
  const to = instance as Record<string, unknown>;
  for (const field of fields) {
    const number = entity.newest(field);
    const value = entity.isBoolean(field) ? number !== 0 : number;
    if (number !== undefined && to[field] !== value) to[field] = value;
  }
}
