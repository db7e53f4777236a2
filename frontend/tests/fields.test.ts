import { describe, expect, test } from "vitest";
import { fieldsOf, type Field } from "../src/try/fields";
import type { Schema } from "../src/try/operation";
import { operation } from "./operation";

const SCHEMAS = {
  Size: { type: "string", enum: ["small", "large"] },
  Loop: { anyOf: [{ $ref: "#/components/schemas/Loop" }] },
};

function field(schema: Schema, more = {}): Field {
  const parameters = [{ name: "a", in: "query" as const, schema, ...more }];
  return fieldsOf(operation({ parameters, schemas: SCHEMAS }))[0]!;
}

describe("a schema makes a control", () => {
  const optional = (schema: Schema) => ({ anyOf: [schema, { type: "null" }] });
  test.each<[string, Schema, Partial<Field>]>([
    ["text", { type: "string" }, { kind: "text" }],
    ["integer", { type: "integer" }, { kind: "integer" }],
    ["number", { type: "number" }, { kind: "number" }],
    ["boolean", { type: "boolean" }, { kind: "choice", choices: ["true", "false"] }],
    ["enum", { enum: ["a", 1] }, { kind: "choice", choices: ["a", "1"] }],
    ["enum by reference", { $ref: "#/components/schemas/Size" }, { kind: "choice", choices: ["small", "large"] }],
    ["literal", { const: "x" }, { kind: "choice", choices: ["x"] }],
    ["date", { type: "string", format: "date" }, { kind: "date" }],
    ["date and time", { type: "string", format: "date-time" }, { kind: "text", hint: "date-time" }],
    ["secret", { type: "string", format: "password" }, { kind: "secret" }],
    ["file", { type: "string", format: "binary" }, { kind: "file", hint: "" }],
    ["file, OpenAPI 3.1", { type: "string", contentMediaType: "application/octet-stream" }, { kind: "file" }],
    ["files", { type: "array", items: { type: "string", format: "binary" } }, { kind: "file", isMany: true }],
    ["list", { type: "array", items: { type: "integer" }, default: [1, 2] }, { kind: "integer", isMany: true, placeholder: "1, 2" }],
    ["object", { type: "object" }, { kind: "json" }],
    ["optional", optional({ type: "integer" }), { kind: "integer" }],
    ["optional enum by reference", optional({ $ref: "#/components/schemas/Size" }), { kind: "choice" }],
    ["one of several types", { anyOf: [{ type: "integer" }, { type: "string" }] }, { kind: "text" }],
    ["a schema that is itself", { $ref: "#/components/schemas/Loop" }, { kind: "text" }],
    ["a reference to nothing", { $ref: "#/components/schemas/Gone" }, { kind: "text" }],
    ["nothing", {}, { kind: "text" }],
    ["default", { type: "boolean", default: false }, { placeholder: "false" }],
    ["limits", { type: "integer", minimum: 1, exclusiveMaximum: 9, multipleOf: 2 }, { hint: "≥ 1, < 9, a multiple of 2" }],
    ["lengths", { type: "string", minLength: 2, maxLength: 3, pattern: "^a" }, { hint: "at least 2 characters, at most 3 characters, matches ^a" }],
  ])("%s", (_, schema, expected) => expect(field(schema)).toMatchObject(expected));
});

test("the parameter says whether it must be there, and what it is", () => {
  expect(field({ type: "string" }, { required: true, description: "What it is" })).toMatchObject({
    key: "query:a", isRequired: true, about: "What it is",
  });
});

test("the parts of a form are fields, those of a JSON body are not", () => {
  const schema = { type: "object", properties: { a: { type: "string" }, b: { type: "integer" } }, required: ["b"] };
  const content = (media: string) => ({ media, schema, example: "", is_required: true });
  expect(fieldsOf(operation(), content("application/json"))).toEqual([]);
  expect(fieldsOf(operation(), content("multipart/form-data"))).toMatchObject([
    { key: "form:a", kind: "text", isRequired: false },
    { key: "form:b", kind: "integer", isRequired: true },
  ]);
});
