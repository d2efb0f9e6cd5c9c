// The fields of a game's input, read from its schema.
import { Metadata } from "@colyseus/schema";

/** Names of the fields that `Input` declares. Throws when there are none: an input without a schema cannot be sent. */
export function inputFieldsOf<Input extends object>(Input: new () => Input): readonly (keyof Input & string)[] {
  const fields = Object.keys(Metadata.getFields(Input) as object);
  if (fields.length === 0) throw new TypeError(`${Input.name} declares no fields; define it with schema({…}).`);
  return fields as (keyof Input & string)[];
}

/** Copies `fields` of one input to another. */
export function copyInput<Input extends object>(
  from: Readonly<Input>,
  to: Input,
  fields: readonly (keyof Input & string)[],
): void {
  for (const field of fields) to[field] = from[field];
}
