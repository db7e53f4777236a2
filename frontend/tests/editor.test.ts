import { json } from "@codemirror/lang-json";
import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import { rangeOf } from "../src/editor";

const TEXT = '{"name": 1, "tags": ["a", {"b c": null}], "é": true}';

test.each<[string, (string | number)[], string]>([
  ["a value", ["name"], "1"],
  ["one in a list", ["tags", 0], '"a"'],
  ["one inside that", ["tags", 1, "b c"], "null"],
  ["a name that is not ASCII", ["é"], "true"],
  ["one that is missing: where it would be", ["tags", 1, "gone"], '{"b c": null}'],
  ["one that is missing from the whole: its beginning", ["gone"], "{"],
  ["the whole", [], "{"],
  ["a position", [9], "1"],
])("%s", (_, loc, text) => {
  const state = EditorState.create({ doc: TEXT, extensions: [json()] });
  const { from, to } = rangeOf(state, loc);
  expect(state.sliceDoc(from, to)).toBe(text);
});

test.each(["", "[", '{"a": ', "x"])("a text that is no JSON has a place for each fault: %j", (text) => {
  const state = EditorState.create({ doc: text, extensions: [json()] });
  for (const loc of [[], ["a"], [0], [text.length], [99]]) {
    const { from, to } = rangeOf(state, loc);
    expect(0 <= from && from <= to && to <= text.length).toBe(true);
  }
});
