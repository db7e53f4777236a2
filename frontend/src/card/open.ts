// What a button of a card opens: a widget that the kernel makes for it, drawn below the card.
import { ask, tell, type Model, type Said } from "../core/model";

export type Render = (model: Model, el: HTMLElement) => Promise<() => void>;

/** Ask the kernel for a widget and draw it into `el`; resolves with what closes it. */
export async function openInto(el: HTMLElement, model: Model, render: Render, said: Omit<Said, "id">): Promise<() => void> {
  const { model: id } = await asked(model, said);
  const widget = await (model as any).widget_manager.get_model(id);
  const end = await render(widget, el);
  return () => {
    end();
    try {
      tell(model, { type: "shut", id: "card", model: id });
    } catch {
      // A kernel that is gone keeps nothing.
    }
  };
}

/** Ask the kernel; rejects with its words where something is wrong. */
export async function asked(model: Model, said: Omit<Said, "id">): Promise<Said> {
  const answer = await ask(model, said);
  if (answer.type === "error") throw new Error(answer.text);
  return answer;
}
