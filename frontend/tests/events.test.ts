import { describe, expect, test } from "vitest";
import { Splitter, splittingOf, type Splitting } from "../src/try/events";

const all = (how: Splitting, ...pieces: string[]) => {
  const splitter = new Splitter(how);
  return [...pieces.flatMap((piece) => splitter.add(piece)), ...splitter.end()];
};
const item = (data: string, more = {}) => ({ event: "", id: "", data, ...more });

describe("events", () => {
  test.each<[string, string[], object[]]>([
    ["one", ["data: a\n\n"], [item("a")]],
    ["with a name and an id", ["event: tick\nid: 7\ndata: a\n\n"], [item("a", { event: "tick", id: "7" })]],
    ["several lines", ["data: a\ndata:b\n\n"], [item("a\nb")]],
    ["in pieces", ["da", "ta: a\n", "\ndata: b\n\n"], [item("a"), item("b")]],
    ["other line ends", ["data: a\r\n\r\ndata: b\r\r"], [item("a"), item("b")]],
    ["a comment, to keep alive", [": ping\n\ndata: a\n\n"], [item("a")]],
    ["one that is not complete", ["data: a\n\ndata: b"], [item("a")]],
    ["a colon in the data", ["data: a: b\n\n"], [item("a: b")]],
  ])("%s", (_, pieces, expected) => expect(all("events", ...pieces)).toEqual(expected));
});

describe("lines", () => {
  test.each<[string, string[], object[]]>([
    ["the last without an end", ['{"a":1}\n{"b":', "2}"], [item('{"a":1}'), item('{"b":2}')]],
    ["empty lines", ["1\n\n2\n"], [item("1"), item("2")]],
    ["a sequence", ["\x1e1\n\x1e2\n"], [item("1"), item("2")]],
  ])("%s", (_, pieces, expected) => expect(all("lines", ...pieces)).toEqual(expected));
});

test.each([["text/event-stream", "events"], ["application/jsonl", "lines"], ["application/x-ndjson", "lines"], ["application/json", null]])(
  "%s", (media, how) => expect(splittingOf(media)).toBe(how),
);
