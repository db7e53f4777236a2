// The log of requests, in an output cell.
import type { Model } from "../core/model";
import { mountPanel } from "../core/panel";
import { LogPanel } from "../log/panel";
import { LOG_STYLES } from "../log/styles.css";
import { PREVIEW_STYLES } from "../parts/preview";
import { TREE_STYLES } from "../parts/tree";

export async function renderLog(model: Model, el: HTMLElement): Promise<() => void> {
  return mountPanel(el, <LogPanel model={model} />, TREE_STYLES, PREVIEW_STYLES, LOG_STYLES);
}
