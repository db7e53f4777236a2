import { expect, test } from "vitest";
import { faultsIn, pinned, whereIn } from "../src/try/faults";

const KEYS = ["path:item_id", "header:x-token", "form:name"];

test("errors find their fields, and the rest is the body's", () => {
  const faults = [
    { loc: ["path", "item_id"], msg: "no number" },
    { loc: ["header", "x_token"], msg: "needed" },
    { loc: ["body", "name"], msg: "too short" },
    { loc: ["body", "items", 0, "price"], msg: "no number" },
    { loc: ["query", "other"], msg: "unknown" },
  ];
  const { fields, body } = pinned(faults, KEYS);
  expect(fields).toEqual({ "path:item_id": "no number", "header:x-token": "needed", "form:name": "too short" });
  expect(body.map(whereIn)).toEqual(["items.0.price", "query.other"]);
});

test("two errors of one field, and one inside it", () => {
  const faults = [{ loc: ["path", "item_id"], msg: "a" }, { loc: ["path", "item_id", 2], msg: "b" }];
  expect(pinned(faults, KEYS).fields).toEqual({ "path:item_id": "a; 2: b" });
});

test.each([
  ['{"detail": [{"loc": ["query", 1], "msg": "m", "type": "t"}]}', [{ loc: ["query", 1], msg: "m" }]],
  ['{"detail": "no"}', []],
  ['{"detail": [{"loc": "x", "msg": 1}, null]}', []],
  ["[]", []],
  ["null", []],
  ["<html>", []],
])("what a response tells: %s", (text, expected) => expect(faultsIn(text)).toEqual(expected));
