// A form for one operation, in an output cell.
import type { Model } from "../core/model";
import { mountPanel } from "../core/panel";
import { PREVIEW_STYLES } from "../parts/preview";
import { TREE_STYLES } from "../parts/tree";
import { TryForm } from "../try/form";
import { SocketPanel } from "../try/socketpanel";
import { TRY_STYLES } from "../try/styles.css";

export async function renderTry(model: Model, el: HTMLElement): Promise<() => void> {
  const isSocket = model.get("operation").method === "WEBSOCKET";
  const panel = isSocket ? <SocketPanel model={model} /> : <TryForm model={model} />;
  return mountPanel(el, panel, TREE_STYLES, PREVIEW_STYLES, TRY_STYLES);
}
