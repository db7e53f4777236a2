// ReDoc in an output cell, in a frame of its own.
import { textOf } from "../core/assets";
import { hostIn } from "../core/host";
import type { Model } from "../core/model";
import { optionsFor, pageOf } from "../redoc/frame";

const STYLES = `
.panel { overflow: hidden; }
.redoc iframe { display: block; width: 100%; height: 600px; border: none; }
`;

export async function renderRedoc(model: Model, el: HTMLElement): Promise<() => void> {
  const page = pageOf(await textOf(model, "redoc.standalone.js"));
  const host = hostIn(el, STYLES);
  host.panel.classList.add("redoc");
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.title = "API documentation";

  let isDark = false;
  let isReady = false;
  const show = () => {
    if (!isReady) return;
    const paper = isDark ? "#1c2022" : "#fff";
    const said = { kind: "redoc", document: model.get("document"), options: optionsFor(isDark), paper, isDark };
    // The frame has no origin that could be named.
    frame.contentWindow?.postMessage(said, "*");
  };
  const hear = (event: MessageEvent) => {
    if (event.source !== frame.contentWindow) return;
    if (event.data?.kind === "redoc-shown") frame.dataset.shown = isDark ? "dark" : "light";
    if (event.data?.kind !== "redoc-ready") return;
    isReady = true;
    show();
  };
  addEventListener("message", hear);
  model.on("change:document", show);
  host.onTheme((now) => {
    isDark = now;
    show();
  });
  frame.srcdoc = page;
  host.panel.append(frame);
  return () => {
    removeEventListener("message", hear);
    model.off("change:document", show);
    host.remove();
  };
}
