// Schema -> the fields of a form.
import type { Content, Operation, Parameter, Place, Schema } from "./operation";
import { isForm } from "./operation";

export type Kind = "text" | "integer" | "number" | "choice" | "date" | "secret" | "file" | "json";

export interface Field {
  /** "query:limit" */
  key: string;
  name: string;
  in: Place;
  kind: Kind;
  /** Whether it takes several values, one in a line. */
  isMany: boolean;
  isRequired: boolean;
  choices: string[];
  about: string;
  /** What is sent for it if it is left out. */
  placeholder: string;
  /** Limits, in words. */
  hint: string;
}

/** The fields for a request's parameters, and for the body if it is a form. */
export function fieldsOf(operation: Operation, content?: Content): Field[] {
  const parameters: Parameter[] = [...operation.parameters];
  if (content && isForm(content.media)) parameters.push(...partsOf(content.schema, operation.schemas));
  return parameters.map((each) => fieldOf(each, operation.schemas));
}

function partsOf(schema: Schema, schemas: Record<string, Schema>): Parameter[] {
  const { properties = {}, required = [] } = plain(schema, schemas);
  return Object.entries<Schema>(properties).map(([name, each]) => ({
    name,
    in: "form",
    schema: each,
    required: required.includes(name),
    description: each.description,
  }));
}

function fieldOf(parameter: Parameter, schemas: Record<string, Schema>): Field {
  const schema = plain(parameter.schema ?? {}, schemas);
  const isMany = schema.type === "array";
  const one = isMany ? plain(schema.items ?? {}, schemas) : schema;
  const [kind, choices] = kindOf(one);
  const given = schema.default;
  return {
    key: `${parameter.in}:${parameter.name}`,
    name: parameter.name,
    in: parameter.in,
    kind,
    isMany,
    isRequired: Boolean(parameter.required),
    choices,
    about: parameter.description ?? schema.description ?? "",
    placeholder: given === undefined || given === null ? "" : isMany ? given.join(", ") : textOf(given),
    hint: limitsOf(one),
  };
}

/** A schema without references, and without the alternative that it is null. */
export function plain(schema: Schema, schemas: Record<string, Schema>, depth = 0): Schema {
  if (depth > 20) return {};
  if (typeof schema.$ref === "string") {
    const { $ref, ...beside } = schema;
    const name = $ref.replace("#/components/schemas/", "");
    return plain({ ...(schemas[name] ?? {}), ...beside }, schemas, depth + 1);
  }
  for (const word of ["anyOf", "oneOf"]) {
    const { [word]: options, ...beside } = schema;
    if (!Array.isArray(options)) continue;
    const left = options.map((each) => plain(each, schemas, depth + 1)).filter((each) => each.type !== "null");
    // What may be a number or a text is written as text.
    const isMixed = new Set(left.map((each) => each.type)).size > 1;
    return isMixed ? { type: "string", ...beside } : { ...left[0], ...beside };
  }
  if (schema.allOf?.length === 1) {
    const { allOf, ...beside } = schema;
    return plain({ ...allOf[0], ...beside }, schemas, depth + 1);
  }
  return schema;
}

function kindOf(schema: Schema): [Kind, string[]] {
  if ("const" in schema) return ["choice", [textOf(schema.const)]];
  if (schema.enum) return ["choice", schema.enum.map(textOf)];
  if (schema.format === "binary" || "contentMediaType" in schema) return ["file", []];
  switch (schema.type) {
    case "boolean":
      return ["choice", ["true", "false"]];
    case "integer":
    case "number":
      return [schema.type, []];
    case "object":
    case "array":
      return ["json", []];
  }
  if (schema.format === "password" || schema.writeOnly) return ["secret", []];
  return [schema.format === "date" ? "date" : "text", []];
}

const LIMITS: [string, (limit: number) => string][] = [
  ["minimum", (limit) => `≥ ${limit}`],
  ["exclusiveMinimum", (limit) => `> ${limit}`],
  ["maximum", (limit) => `≤ ${limit}`],
  ["exclusiveMaximum", (limit) => `< ${limit}`],
  ["multipleOf", (limit) => `a multiple of ${limit}`],
  ["minLength", (limit) => `at least ${limit} characters`],
  ["maxLength", (limit) => `at most ${limit} characters`],
];

function limitsOf(schema: Schema): string {
  const limits = LIMITS.filter(([word]) => word in schema).map(([word, told]) => told(schema[word]));
  if (schema.pattern) limits.push(`matches ${schema.pattern}`);
  if (schema.format && !["binary", "password", "date"].includes(schema.format)) limits.push(schema.format);
  return limits.join(", ");
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
