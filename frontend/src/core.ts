// The bundle that all widgets of a page share.
import { greet } from "./core/enter";
import type { Model } from "./core/model";
import { beginCards } from "./widgets/cards";
import { renderDocs } from "./widgets/docs";
import { renderLog } from "./widgets/log";
import { renderRedoc } from "./widgets/redoc";
import { renderState } from "./widgets/state";
import { renderTry } from "./widgets/try";

type Render = (model: Model, el: HTMLElement) => Promise<() => void>;

const KINDS: Record<string, Render> = { docs: renderDocs, log: renderLog, redoc: renderRedoc, state: renderState, try: renderTry };

/** Begin what is never shown: the buttons of cards; returns what ends it. */
export function begin(model: Model): () => void {
  greet(model);
  return beginCards(model, render);
}

/** Show a widget; returns what ends it. */
export function render(model: Model, el: HTMLElement): Promise<() => void> {
  const kind: string = model.get("kind");
  const show = KINDS[kind];
  if (!show) throw new Error(`This page holds an older notebookapi, without "${kind}": reload it.`);
  greet(model);
  return show(model, el);
}
