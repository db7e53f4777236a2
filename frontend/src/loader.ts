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

/** What is never shown begins when its model is there; nobody waits for it. */
function initialize({ model }: { model: Model }): () => void {
  if (model.get("kind") !== "cards") return () => {};
  // Without the bundle, the cards are what they are in a saved notebook.
  const begun = moduleOf(model, "core.js").then((core) => core.begin(model)).catch(() => () => {});
  return () => void begun.then((end) => end());
}

export default { initialize, render };
