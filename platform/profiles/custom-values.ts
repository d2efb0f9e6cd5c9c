// The values that players put into their profile: merged, checked against what was declared, and bounded. Pure.
import type { FieldError } from "../../shared/schema/errors.ts";
import {
  MAX_PREFERENCES,
  MAX_PROFILE_BYTES,
  type ProfileField,
  type ProfileValue,
} from "../../shared/schema/platform/index.ts";

/** Values by name, as they are stored. */
export type Values = Readonly<Record<string, ProfileValue>>;

/** Declared custom fields, by name. */
export type FieldDeclarations = Readonly<Record<string, ProfileField>>;

/** `values` with `changes`; null removes. */
export function merged(values: Values, changes: Readonly<Record<string, ProfileValue | null>> = {}): Values {
  const entries = new Map<string, ProfileValue>(Object.entries(values));
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) entries.delete(name);
    else entries.set(name, value);
  }
  return Object.fromEntries(entries);
}

/** What is wrong with changes to custom fields: one entry for each that is not declared or not as declared. */
export function fieldProblems(
  declared: FieldDeclarations,
  changes: Readonly<Record<string, ProfileValue | null>> = {},
): FieldError[] {
  const declarations = new Map(Object.entries(declared));
  return Object.entries(changes).flatMap(([name, value]) => {
    const field = `fields.${name}`;
    const declaration = declarations.get(name);
    if (declaration === undefined) return { field, message: "is not a field of this environment; remove it" };
    const bound = value === null ? undefined : brokenBound(declaration, value);
    return bound === undefined ? [] : { field, message: `must be ${bound}` };
  });
}

/** The values that are still as declared: a declaration may have changed since they were written. */
export function declaredValues(declared: FieldDeclarations, values: Values, onlyPublic = false): Values {
  const declarations = new Map(Object.entries(declared));
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => {
      const declaration = declarations.get(name);
      if (declaration === undefined || (onlyPublic && !declaration.isPublic)) return false;
      return brokenBound(declaration, value) === undefined;
    }),
  );
}

/** What is wrong with the size of all values together, or undefined. */
export function sizeProblem(field: "preferences" | "fields", values: Values): FieldError | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(values));
  if (bytes > MAX_PROFILE_BYTES) {
    return { field, message: `would have ${bytes} bytes as JSON; at most ${MAX_PROFILE_BYTES} are kept. Remove some` };
  }
  if (field === "preferences" && Object.keys(values).length > MAX_PREFERENCES) {
    return { field, message: `must have at most ${MAX_PREFERENCES} entries. Remove some with null` };
  }
  return undefined;
}

/** What a value should have been, when it is not. */
function brokenBound(declaration: ProfileField, value: ProfileValue): string | undefined {
  switch (declaration.type) {
    case "text":
      if (typeof value === "string" && value.length <= declaration.maxLength) return undefined;
      return `text of at most ${declaration.maxLength} characters`;
    case "integer": {
      const { min, max } = declaration;
      if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) return undefined;
      return `a whole number from ${min} to ${max}`;
    }
    case "boolean":
      return typeof value === "boolean" ? undefined : "true or false";
    case "choice":
      if (typeof value === "string" && declaration.choices.includes(value)) return undefined;
      return `one of ${declaration.choices.join(", ")}`;
  }
}
