// The bundle that all widgets of a page share.
import type { Model } from "./core/model";
import { renderDocs } from "./widgets/docs";

type Render = (model: Model, el: HTMLElement) => Promise<() => void>;

const KINDS: Record<string, Render> = { docs: renderDocs };

/** Show a widget; returns what ends it. */
export function render(model: Model, el: HTMLElement): Promise<() => void> {
  const kind: string = model.get("kind");
  const show = KINDS[kind];
  if (!show) throw new Error(`This page holds an older notebookapi, without "${kind}": reload it.`);
  return show(model, el);
}
