// A debugger in the log, against a kernel that is faked: what it is sent, what is shown of what it says.
import { render } from "preact";
import { afterEach, expect, test, vi } from "vitest";
import { Debug } from "../src/log/debug";
import { FakeModel } from "./model";

const place = document.body.appendChild(document.createElement("div"));
afterEach(() => render(null, place));

class FakeKernel {
  request: any;
  readonly replies: [any, any][] = [];
  private end!: () => void;
  readonly future: any = {
    done: new Promise<void>((resolve) => (this.end = resolve)),
    sendInputReply: (content: any, parent: any) => this.replies.push([content, parent]),
  };

  requestExecute(content: any): any {
    this.request = content;
    return this.future;
  }

  say(text: string): void {
    this.future.onIOPub({ header: { msg_type: "stream" }, content: { name: "stdout", text } });
  }

  ask(prompt: string, msg_id: string): void {
    this.future.onStdin({ header: { msg_id }, content: { prompt, password: false } });
  }

  finish(): void {
    this.end();
  }
}

const button = (name: string) => [...place.querySelectorAll("button")].find((each) => each.textContent === name);
const shown = (text: string) => vi.waitFor(() => expect(place.querySelector("pre")?.textContent).toContain(text));

function opened(): FakeKernel {
  const kernel = new FakeKernel();
  const model = Object.assign(new FakeModel({}), { widget_manager: { kernel } });
  render(<Debug model={model} number={3} />, place);
  button("Debug here")!.click();
  return kernel;
}

test("where widgets do not know their kernel, the command is there to be copied", () => {
  render(<Debug model={new FakeModel({})} number={3} />, place);
  expect(place.textContent).toContain("%api debug 3");
  expect(button("Debug here")).toBeUndefined();
  expect(button("Copy")).toBeDefined();
});

test("lines go to the debugger, and what it says is shown", async () => {
  const kernel = opened();
  await vi.waitFor(() => expect(kernel.request).toMatchObject({ code: "%api debug 3", allow_stdin: true, silent: true }));
  kernel.say("\x1b[0;32m> <b>Cell In[2]\x1b[0m\n");
  kernel.ask("ipdb> ", "first");
  await shown("> <b>Cell In[2]\n");
  const field = place.querySelector("input")!;
  await vi.waitFor(() => expect(field.readOnly).toBe(false));
  field.value = "p name";
  field.form!.dispatchEvent(new Event("submit", { cancelable: true }));
  expect(kernel.replies).toEqual([[{ status: "ok", value: "p name" }, { msg_id: "first" }]]);
  await shown("ipdb> p name\n");
  kernel.finish();
  await vi.waitFor(() => expect(button("Close the debugger")).toBeDefined());
});

test("a debugger that nobody sees any more is left", async () => {
  const kernel = opened();
  await vi.waitFor(() => expect(kernel.request).toBeDefined());
  render(null, place);
  kernel.ask("ipdb> ", "late");
  await vi.waitFor(() => expect(kernel.replies).toEqual([[{ status: "ok", value: "q" }, { msg_id: "late" }]]));
});
