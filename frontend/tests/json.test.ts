import { describe, expect, test } from "vitest";
import { parse, parsed, pretty } from "../src/core/json";

describe("numbers keep their digits", () => {
  test.each([
    "9007199254740993", "-9007199254740993", "1.0", "1e400", "0.1", "12345678901234567890.123", "-0", "1E5", "0",
  ])("%s", (text) => {
    expect(pretty(parse(text))).toBe(text);
    expect(pretty(parse(`[${text}]`))).toBe(`[\n  ${text}\n]`);
  });
});

test("strings stay strings, whatever they look like", () => {
  const document = { a: "9007199254740993", "1.0": "\\\"1.0", c: '{"b": 1.0}' };
  expect(parse(JSON.stringify(document))).toEqual(document);
  expect(parse(JSON.stringify([document, 1]))).toEqual([document, 1]);
});

test("a name that is special to JavaScript is a name", () => {
  expect(pretty(parse('{"__proto__": 9007199254740993}'))).toBe('{\n  "__proto__": 9007199254740993\n}');
});

test.each(["", "01", "1.0.0", '{"a": 9007199254740993x}', "[1,]", "{'a': 1}", "NaN", '"open', "12345678901234567890 1"])(
  "no document: %s",
  (text) => expect(parsed(text)).toBeUndefined(),
);

test("one line for each value, and none for what is empty", () => {
  expect(pretty(parse('{"a":[1,{"b":null}],"c":{},"d":[]}'))).toBe(
    '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "c": {},\n  "d": []\n}',
  );
});
