// The session at a glance against a faked wire.
import { render } from "preact";
import { afterEach, expect, test, vi } from "vitest";
import { StatePanel } from "../src/widgets/state";
import { wholeSeconds } from "../src/log/words";
import { FakeModel } from "./model";

const place = document.body.appendChild(document.createElement("div"));
afterEach(() => render(null, place));

const shown = (text: string) => vi.waitFor(() => expect(place.textContent).toContain(text));

test.each([[0.4, "0 s"], [59.9, "59 s"], [60, "1 min"], [3725, "1 h 2 min 5 s"], [90000, "25 h"]])("%d seconds", (seconds, text) => {
  expect(wholeSeconds(seconds)).toBe(text);
});

test("it is asked for once, and renewed by what the kernel says", async () => {
  const model = new FakeModel({});
  render(<StatePanel model={model} />, place);
  await vi.waitFor(() => expect(model.last("follow")).toBeDefined());
  const url = "http://127.0.0.1:8000";
  model.hear({ type: "state", id: model.last("follow").id, facts: [["URL", url], ["Requests", "1, 0 failed"]], uptime: 65 });
  await shown("1, 0 failed");
  await shown("1 min 5 s");
  expect([...place.querySelectorAll("a")].map((each) => each.href)).toEqual([`${url}/`, `${url}/docs`]);
  model.hear({ type: "state", id: "state", facts: [["URL", "not running"], ["Last failure", "<b>x</b>"]], uptime: null });
  await shown("<b>x</b>");
  expect(place.textContent).not.toContain("Uptime");
  expect(place.querySelector("a")).toBeNull();
});

test.each(["javascript:alert(1)", "http://127.0.0.1:1/<b>", "http://a b"])("%s is no link", async (text) => {
  const model = new FakeModel({});
  render(<StatePanel model={model} />, place);
  await vi.waitFor(() => expect(model.last("follow")).toBeDefined());
  model.hear({ type: "state", id: "state", facts: [["URL", text]], uptime: null });
  await shown(text);
  expect(place.querySelector("a")).toBeNull();
});
