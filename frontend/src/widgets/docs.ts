// Swagger UI in an output cell: requests go by way of the kernel, the document is a trait.
import { moduleOf, textOf } from "../core/assets";
import { bridgeFetch, type ResponseLike } from "../core/bridge";
import { openTab } from "../core/enter";
import { hostIn } from "../core/host";
import type { Model } from "../core/model";
import { mend, SWAGGER } from "../docs/attributes";

/** Milliseconds for which what comes of a response is gathered before it is shown. */
const PACE = 100;

const FITTING = `
.swagger-ui .information-container { padding: 0 12px; }
.swagger-ui .info { margin: 16px 0 8px; }
.swagger-ui .wrapper { padding: 0 12px; max-width: none; }
.swagger-ui .scheme-container { padding: 8px 0; box-shadow: none; }
.dark-mode { background: #1c2022; }
`;

/** Show Swagger UI; returns what ends it, with the requests that are under way. */
export async function renderDocs(model: Model, el: HTMLElement): Promise<() => void> {
  const [bundle, css] = await Promise.all([
    moduleOf(model, "swagger-ui-bundle.js", fromCommonJs),
    textOf(model, "swagger-ui.css"),
  ]);
  // In a shadow root there is no `html` whose class could say the theme.
  const host = hostIn(el, css.replaceAll("html.dark-mode", ".dark-mode"), FITTING);
  const { bar, said, stop, tab, scroll, place } = furniture();
  host.panel.append(bar, scroll);
  host.onTheme((isDark) => scroll.classList.toggle("dark-mode", isDark));

  const running = new Running((count) => {
    stop.hidden = count === 0;
    said.textContent = count ? "Waiting for the response …" : "Requests are sent by the kernel.";
  });
  stop.addEventListener("click", () => running.abort());
  tab.addEventListener("click", () => openTab(model).catch((error) => (said.textContent = error.message)));
  const ui = bundle.default({
    domNode: place,
    spec: model.get("document"),
    validatorUrl: null,
    deepLinking: false,
    tryItOutEnabled: true,
    presets: [bundle.default.presets.apis],
    plugins: [() => noting(running)],
    requestInterceptor: (request: any) => {
      request.userFetch = (url: string, options: any) => running.fetch(model, ui, url, options);
      return request;
    },
  });
  const leave = mend(place, SWAGGER);
  const renew = () => ui.specActions.updateJsonSpec(model.get("document"));
  model.on("change:document", renew);
  return () => {
    model.off("change:document", renew);
    leave();
    running.abort();
    host.remove();
  };
}

/** The bundle takes itself for CommonJS where it finds `module` and `exports`. */
const fromCommonJs = (text: string): string =>
  `const module = { exports: {} }, exports = module.exports;\n${text}\nexport default module.exports;`;

function furniture() {
  const made = (tag: string, name: string) => {
    const element = document.createElement(tag);
    element.className = name;
    return element;
  };
  const bar = made("div", "bar");
  const said = made("span", "grow");
  said.setAttribute("role", "status");
  const stop = made("button", "button stop");
  stop.textContent = "Stop";
  const tab = made("button", "button");
  tab.textContent = "Open in a tab";
  const scroll = made("div", "scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "API documentation");
  const place = made("div", "place");
  bar.append(said, stop, tab);
  scroll.append(place);
  return { bar, said, stop, tab, scroll, place };
}

interface Operation {
  path: string;
  method: string;
}

/** Swagger UI tells nobody which operation a request belongs to: learn it when one is executed. */
const noting = (running: Running) => ({
  statePlugins: {
    spec: {
      wrapActions: {
        executeRequest: (execute: any) => (request: any) => {
          running.latest = { path: request.pathName, method: request.method };
          return execute(request);
        },
      },
    },
  },
});

/** The requests that are under way. */
class Running {
  latest: Operation | null = null;
  private readonly all = new Set<AbortController>();

  constructor(private readonly changed: (count: number) => void) {
    changed(0);
  }

  abort(): void {
    for (const each of this.all) each.abort();
  }

  async fetch(model: Model, ui: any, url: string, options: any): Promise<unknown> {
    const operation = this.latest;
    const control = new AbortController();
    this.all.add(control);
    this.changed(this.all.size);
    const { method = "GET", headers = {}, body } = options;
    try {
      const request = { method, url, headers, body, signal: control.signal };
      const response = await bridgeFetch(model, request);
      return whole(response, await this.read(response, ui, operation));
    } finally {
      this.all.delete(control);
      this.changed(this.all.size);
    }
  }

  /** Read a body, showing what has come of it: Swagger UI itself shows nothing before the end. */
  private async read(response: ResponseLike, ui: any, operation: Operation | null): Promise<Blob> {
    const parts: Uint8Array[] = [];
    const reader = response.body.getReader();
    const isText = /text|json|xml/.test(response.headers.get("content-type") ?? "");
    const decoder = new TextDecoder();
    let text = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      timer = undefined;
      ui.specActions.setResponse(operation!.path, operation!.method, partial(response, text));
    };
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        if (!isText || !operation) continue;
        text += decoder.decode(value, { stream: true });
        timer ??= setTimeout(show, PACE);
      }
    } catch (error) {
      // What had come when the person stopped it stays to be read.
      if ((error as Error).name !== "AbortError") throw error;
    } finally {
      clearTimeout(timer); // what is shown next is whole
    }
    return new Blob(parts as BlobPart[], { type: response.headers.get("content-type") ?? "" });
  }
}

function partial(response: ResponseLike, text: string) {
  const { ok, status, statusText, url } = response;
  const headers = Object.fromEntries(response.headers.entries());
  return { ok, status, statusText, url, headers, text, data: text };
}

function whole(response: ResponseLike, body: Blob) {
  return { ...response, body: undefined, text: () => body.text(), blob: async () => body };
}
