// The `_esm` of every widget. It is evaluated once per widget and is part of its state, so that it
// does one thing: have the shared bundle, and hand over to the part that `kind` names.
import { moduleOf } from "./core/assets";
import type { Model } from "./core/model";

async function render({ model, el }: { model: Model; el: HTMLElement }): Promise<() => void> {
  el.classList.add("nbapi-live");
  try {
    const core = await moduleOf(model, "core.js");
    return await core.render(model, el);
  } catch (error) {
    el.setAttribute("role", "alert");
    el.textContent = error instanceof Error ? error.message : String(error);
    return () => el.replaceChildren();
  }
}

export default { render };
