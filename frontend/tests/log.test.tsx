// The log against a faked wire: what is kept, what is drawn of it, what is asked for.
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Feed, fits, MOST, wordsOf, type Row } from "../src/log/feed";
import { LogPanel } from "../src/log/panel";
import { duration } from "../src/log/words";
import { FakeModel } from "./model";

let place: HTMLElement;
let model: FakeModel;

beforeEach(() => {
  place = document.createElement("div");
  document.body.append(place);
  model = new FakeModel({ failed: false });
});

afterEach(() => {
  render(null, place);
  place.remove();
});

const row = (number: number, more: Partial<Row> = {}): Row => ({
  number, time: "10:00:00.000", method: "GET", path: `/items/${number}`, status: 200, duration: 0.001,
  cell: "cell 1", cellId: "a", endpoint: "read", failure: "", isOpen: false, ...more,
});
const many = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => row(from + at));
const drawn = () => [...place.querySelectorAll(".space [role=row] .path b")].map((each) => each.textContent);

test.each([
  ["", true],
  ["items", true],
  ["GET 5XX", true],
  ["5xx -read", false],
  ["-nothing KeyError", true],
  ["4xx", false],
  ["-", false],
  ["cell", true],
])("the filter %j", (filter, expected) => {
  expect(fits(row(1, { status: 500, failure: "KeyError: 'a'" }), wordsOf(filter))).toBe(expected);
});

test.each([[0.0000004, "0 µs"], [0.0123, "12.3 ms"], [0.5, "500 ms"], [1.25, "1.3 s"], [125, "2 min 5 s"]])("%d seconds", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("the latest thousand are kept, one that ends in its place", async () => {
  const feed = new Feed(model);
  model.hear({ type: "rows", id: "log", rows: [row(1200, { isOpen: true })] });
  model.hear({ type: "rows", id: model.last("follow").id, rows: many(1, 1201) });
  model.hear({ type: "rows", id: "log", rows: [row(1201), row(1200)] });
  await vi.waitFor(() => expect(feed.rows.at(-1)?.number).toBe(1201));
  expect(feed.rows.length).toBe(MOST);
  expect(feed.rows.map((each) => each.number)).toEqual(many(202, 1202).map((each) => each.number));
  expect(feed.row(1200)!.isOpen).toBe(false);
  feed.close();
});

test("rows appear, few of many are drawn, and one is opened", async () => {
  render(<LogPanel model={model} />, place);
  await vi.waitFor(() => expect(model.last("follow")).toBeDefined());
  model.hear({ type: "rows", id: "log", rows: many(1, 501) });
  await vi.waitFor(() => expect(place.textContent).toContain("500 requests"));
  expect(drawn().length).toBeLessThan(30);
  place.querySelector<HTMLElement>(".space [role=row] .path")!.click();
  await vi.waitFor(() => expect(model.last("open")).toBeDefined());
  const { id, number } = model.last("open");
  model.hear({ type: "error", id, text: `Request ${number} is not kept any more.` });
  await vi.waitFor(() => expect(place.querySelector("[role=alert]")?.textContent).toContain("not kept any more"));
});

test("a pause holds what is shown, and what came meanwhile is counted", async () => {
  render(<LogPanel model={model} />, place);
  model.hear({ type: "rows", id: "log", rows: many(1, 4) });
  await vi.waitFor(() => expect(drawn().length).toBe(3));
  const pause = [...place.querySelectorAll("button")].find((each) => each.textContent === "Pause")!;
  pause.click();
  await vi.waitFor(() => expect(place.textContent).toContain("paused"));
  model.hear({ type: "rows", id: "log", rows: many(4, 6) });
  await vi.waitFor(() => expect(place.textContent).toContain("paused, 2 more since"));
  expect(drawn().length).toBe(3);
  pause.click();
  await vi.waitFor(() => expect(drawn().length).toBe(5));
});
