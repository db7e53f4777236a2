// The form against a faked wire: what is typed, what the kernel is told, what is shown of its answer.
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TryForm } from "../src/try/form";
import { past } from "../src/try/past";
import type { Operation } from "../src/try/operation";
import { FakeModel } from "./model";
import { operation } from "./operation";

const ITEM = operation({
  method: "POST",
  path: "/items/{id}",
  parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
  contents: [{ media: "application/json", schema: {}, example: '{"a": 1}', is_required: true }],
});

let place: HTMLElement;
let model: FakeModel;

beforeEach(() => {
  place = document.createElement("div");
  document.body.append(place);
  past.set({});
});

afterEach(() => {
  render(null, place);
  place.remove();
});

function show(op: Operation = ITEM, values = {}): void {
  model = new FakeModel({ operation: op, url: "http://127.0.0.1:9", values });
  render(<TryForm model={model} />, place);
}

const find = <T extends HTMLElement = HTMLInputElement>(selector: string) => place.querySelector<T>(selector)!;

async function type(selector: string, text: string): Promise<void> {
  const field = find(selector);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((resolve) => setTimeout(resolve)); // a person's next key is another event
}

const ID = '[id="field-path:id"]';
const press = (key: string, more = {}) =>
  find("form").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
const shown = (text: string) => vi.waitFor(() => expect(place.textContent).toContain(text));

async function sent(): Promise<any> {
  await vi.waitFor(() => expect(model.last("http")).toBeDefined());
  return model.last("http");
}

async function answer(status: number, text: string, type = "application/json"): Promise<void> {
  const { id } = await sent();
  model.hear({ type: "head", id, status, reason: "", headers: [["content-type", type]] });
  model.hear({ type: "chunk", id, seq: 1 }, text);
  model.hear({ type: "end", id });
}

test("what is typed is sent by Ctrl+Enter, and its answer is shown", async () => {
  show();
  await type(ID, "7");
  press("Enter", { ctrlKey: true });
  const said = await sent();
  expect(said).toMatchObject({ method: "POST", url: "http://127.0.0.1:9/items/7", headers: [["content-type", "application/json"]] });
  expect(new TextDecoder().decode(model.buffers[model.said.indexOf(said)]![0])).toBe('{"a": 1}');
  await answer(200, '{"big": 9007199254740993}');
  await shown("9007199254740993");
  await shown("History (1)");
});

test("an empty path is not sent, and the field says so", async () => {
  show();
  press("Enter", { metaKey: true });
  await vi.waitFor(() => expect(find(ID).getAttribute("aria-invalid")).toBe("true"));
  expect(model.last("http")).toBeUndefined();
});

test("a validation error stands at its field, and goes when that changes", async () => {
  show(ITEM, { "path:id": "x" });
  press("Enter", { ctrlKey: true });
  await answer(422, '{"detail": [{"loc": ["path", "id"], "msg": "no whole number"}]}');
  await vi.waitFor(() => expect(find('[id="field-path:id-fault"]')?.textContent).toBe("no whole number"));
  await type(ID, "7");
  await vi.waitFor(() => expect(find('[id="field-path:id-fault"]')).toBeNull());
});

test("the fields follow the operation; what was typed stays, an untouched example follows", async () => {
  show();
  await type(ID, "7");
  const parameters = [...ITEM.parameters, { name: "q", in: "query" as const, schema: { type: "string" } }];
  const contents = [{ ...ITEM.contents[0]!, example: '{"b": 2}' }];
  model.set("operation", { ...ITEM, parameters, contents });
  await vi.waitFor(() => expect(find('[id="field-query:q"]')).not.toBeNull());
  expect(find(ID).value).toBe("7");
  await vi.waitFor(() => expect(find<HTMLTextAreaElement>("#body").value).toBe('{"b": 2}'));
  await type("#body", "mine");
  model.set("operation", { ...ITEM, parameters });
  await vi.waitFor(() => expect(find("#body").value).toBe("mine"));
});

test("events are shown as they come, and Stop ends the request", async () => {
  show(operation({ path: "/ticks" }));
  press("Enter", { ctrlKey: true });
  const { id } = await sent();
  model.hear({ type: "head", id, status: 200, reason: "OK", headers: [["content-type", "text/event-stream"]] });
  model.hear({ type: "chunk", id, seq: 1 }, "event: tick\ndata: 1\n\ndata: 2\n\n");
  await shown("2 items");
  [...place.querySelectorAll("button")].find((each) => each.textContent === "Stop")!.click();
  await vi.waitFor(() => expect(model.last("abort")).toMatchObject({ id }));
  await shown("stopped");
  expect(place.textContent).toContain("tick");
});

test("what the endpoint printed is shown, whenever the log has it", async () => {
  show(operation());
  press("Enter", { ctrlKey: true });
  const { id } = await sent();
  const logged = { number: 3, endpoint: "read", cell: "cell 2", cellId: null, stderr: "", logs: [], displays: [], traceback: "", duration: 0.002 };
  model.hear({ type: "logged", id, ...logged, stdout: "<b>printed</b>\n" });
  await answer(200, "1");
  await shown("<b>printed</b>");
  await shown("Request 3, answered by read, cell 2, in 2.00 ms");
});

test("the body is checked by the kernel while it is written", async () => {
  show();
  await type("#body", '{"a": "x"}');
  await vi.waitFor(() => expect(model.last("check")?.body).toBe('{"a": "x"}'));
  const { id } = model.last("check");
  model.hear({ type: "checked", id, faults: [{ loc: ["body", "a"], msg: "no number" }] });
  await vi.waitFor(() => expect(find("#body-faults").textContent).toBe("a no number"));
});

test("an answer is compared with one before", async () => {
  show(operation());
  for (const text of ['{"a": 1, "b": 2}', '{"a": 1, "b": 3}']) {
    model.said.length = 0;
    press("Enter", { ctrlKey: true });
    await answer(200, text);
    await shown(`"b": ${text.at(-2)}`);
  }
  find('[aria-label="Compare with 1"]').click();
  await vi.waitFor(() => {
    expect(find(".difference .bad").textContent).toBe('-   "b": 2\n');
    expect(find(".difference .good").textContent).toBe('+   "b": 3\n');
  });
  model.said.length = 0;
  find('[aria-label="Resend 1"]').click();
  expect(await sent()).toMatchObject({ url: "http://127.0.0.1:9/items" });
});

test("a kernel that is gone is said", async () => {
  show(operation());
  model.send = () => {
    throw new Error("Cannot send");
  };
  press("Enter", { ctrlKey: true });
  await shown("The kernel is gone: run this cell again.");
});
