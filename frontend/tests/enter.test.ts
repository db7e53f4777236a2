import { afterEach, expect, test, vi } from "vitest";
import { greet, openTab } from "../src/core/enter";
import type { Model, Said } from "../src/core/model";

const PATH = "/_notebookapi/enter";
const CONFIG = '<script id="jupyter-config-data" type="application/json">{"baseUrl": "/user/ada/"}</script>';

/** A kernel that answers each message by `answer`, and keeps what it was told. */
function kernel(answer: Partial<Said>) {
  const told: any[] = [];
  let heard: ((said: Said, buffers: DataView[]) => void)[] = [];
  const model = {
    on: (_: string, each: any) => heard.push(each),
    off: (_: string, each: any) => (heard = heard.filter((other) => other !== each)),
    send: (content: any) => {
      told.push(content);
      for (const each of [...heard]) each({ ...answer, id: content.id } as Said, []);
    },
  } as unknown as Model;
  return { model, told };
}

const at = (url: string) => (window as any).happyDOM.setURL(url);

afterEach(() => {
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

test.each([
  ["this machine", "http://localhost:8888/lab", CONFIG, "t", `http://127.0.0.1:8000${PATH}#t`],
  ["a hub", "https://hub.example/user/ada/lab", CONFIG, "t", `https://hub.example/user/ada/proxy/8000${PATH}#t`],
  ["no token", "https://hub.example/user/ada/lab", CONFIG, "", `https://hub.example/user/ada/proxy/8000${PATH}`],
  ["no Jupyter", "https://editor.example/", "", "t", `http://127.0.0.1:8000${PATH}#t`],
])("a tab opens where the browser finds the server: %s", async (_, page, config, fragment, expected) => {
  at(page);
  document.body.innerHTML = config;
  const open = vi.spyOn(window, "open").mockReturnValue(null);
  await openTab(kernel({ type: "way-in", port: 8000, path: PATH, fragment }).model);
  expect(open).toHaveBeenCalledWith(expected, "_blank", "noopener");
});

test("what stands in the way is said", async () => {
  const { model } = kernel({ type: "error", text: "The server is stopped." });
  await expect(openTab(model)).rejects.toThrow("The server is stopped.");
});

test("the kernel is told the page's host, and a page without kernel is shown all the same", () => {
  at("https://hub.example:8443/user/ada/lab");
  const { model, told } = kernel({});
  greet(model);
  expect(told).toMatchObject([{ type: "hello", host: "hub.example:8443" }]);
  const send = () => {
    throw new Error("Cannot send");
  };
  expect(() => greet({ ...model, send })).not.toThrow();
});
