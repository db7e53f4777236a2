// What the form and its editor agree on: the editor is a bundle of its own.
import { moduleOf } from "../core/assets";
import type { Model } from "../core/model";
import type { Fault } from "./faults";

export interface EditorOptions {
  place: HTMLElement;
  text: string;
  /** What is selected. */
  from: number;
  to: number;
  labelledBy: string;
  describedBy: string;
  changed(text: string): void;
}

export interface Editor {
  focus(): void;
  set(text: string): void;
  /** Mark what is wrong; `loc` begins inside the body. */
  mark(faults: Fault[]): void;
  destroy(): void;
}

export async function loadEditor(model: Model): Promise<(options: EditorOptions) => Editor> {
  return (await moduleOf(model, "editor.js")).openEditor;
}
