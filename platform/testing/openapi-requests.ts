// Requests made out of the platform's own OpenAPI document: every operation, with values that a test puts into them.
import fc from "fast-check";

/** The parts of an OpenAPI document that are read here. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** One operation of the document. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
  readonly body: Schema | undefined;
  readonly security: readonly string[];
}

/** A request: the path with its query, and the body. */
export interface ApiRequest {
  readonly path: string;
  readonly body: unknown;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly minItems?: number;
}

const METHODS = ["get", "post", "put", "patch", "delete"];

/** How deep a body is followed; the rest is null. */
const MAX_DEPTH = 6;

/** Every operation of the document. */
export function operationsOf(document: ApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, described]) => operationOf(method, path, described as RawOperation)),
  );
}

interface RawOperation {
  readonly parameters?: Operation["parameters"];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly security?: readonly Readonly<Record<string, unknown>>[];
}

function operationOf(method: string, path: string, raw: RawOperation): Operation {
  return {
    method: method.toUpperCase(),
    path,
    parameters: raw.parameters ?? [],
    body: raw.requestBody?.content?.["application/json"]?.schema,
    security: (raw.security ?? []).flatMap((scheme) => Object.keys(scheme)),
  };
}

/** Requests of an operation. Wherever the schema has a text, `text` gives one for the field's name and format. */
export function requestsOf(
  operation: Operation,
  document: ApiDocument,
  text: (name: string, format: string | undefined) => fc.Arbitrary<string>,
): fc.Arbitrary<ApiRequest> {
  const values = new Values(document, text);
  const inPlace = (place: string) => operation.parameters.filter((parameter) => parameter.in === place);
  const inPath = fc.record(
    Object.fromEntries(inPlace("path").map(({ name, schema }) => [name, values.of(name, schema ?? {}, 0)])),
  );
  const inQuery = fc.record(
    Object.fromEntries(
      inPlace("query").map(({ name, schema }) => [
        name,
        fc.option(values.of(name, schema ?? {}, 0), { nil: undefined }),
      ]),
    ),
  );
  const body = operation.body === undefined ? fc.constant(undefined) : values.of("body", operation.body, 0);
  return fc.tuple(inPath, inQuery, body).map(([path, query, given]) => {
    const filled = operation.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(path[name])));
    const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
    return { path: search === "" ? filled : `${filled}?${search}`, body: given };
  });
}

/** Values of schemas. */
class Values {
  readonly #document: ApiDocument;
  readonly #text: (name: string, format: string | undefined) => fc.Arbitrary<string>;

  constructor(document: ApiDocument, text: (name: string, format: string | undefined) => fc.Arbitrary<string>) {
    this.#document = document;
    this.#text = text;
  }

  of(name: string, given: Schema, depth: number): fc.Arbitrary<unknown> {
    const schema = this.#resolved(given);
    if (depth > MAX_DEPTH) return fc.constant(null);
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices !== undefined) return fc.oneof(...choices.map((choice) => this.of(name, choice, depth + 1)));
    if (schema.allOf !== undefined) {
      const parts = schema.allOf.map((part) => this.of(name, part, depth + 1));
      return fc.tuple(...parts).map((all) => Object.assign({}, ...all));
    }
    const type = typeof schema.type === "string" ? schema.type : schema.type?.find((it) => it !== "null");
    switch (type) {
      case "string":
        return this.#textOf(name, schema);
      case "integer":
      case "number":
        return fc.constantFrom(schema.minimum ?? 0, Math.max(schema.minimum ?? 0, 1));
      case "boolean":
        return fc.boolean();
      case "array":
        return fc.array(this.of(name, schema.items ?? {}, depth + 1), {
          minLength: Math.max(schema.minItems ?? 0, 1),
          maxLength: Math.max(schema.minItems ?? 0, 1),
        });
      case "object":
        return this.#object(schema, depth);
      default:
        return this.#text(name, schema.format);
    }
  }

  #textOf(name: string, schema: Schema): fc.Arbitrary<unknown> {
    const example = schema.example ?? schema.examples?.[0];
    const text = this.#text(name, schema.format);
    return example === undefined ? text : fc.oneof(text, fc.constant(example));
  }

  #object(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    const required = new Set(schema.required ?? []);
    const properties = Object.entries(schema.properties ?? {}).map(([name, part]) => {
      const value = this.of(name, part, depth + 1);
      return [name, required.has(name) ? value : fc.option(value, { nil: undefined })] as const;
    });
    return fc.record(Object.fromEntries(properties));
  }

  #resolved(schema: Schema): Schema {
    const name = /^#\/components\/schemas\/(.+)$/.exec(schema.$ref ?? "")?.[1];
    return name === undefined ? schema : (this.#document.components?.schemas?.[name] ?? {});
  }
}
