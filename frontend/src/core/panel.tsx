// Panels are written in Preact, and drawn into the widget's shadow root.
import { render, type ComponentChild } from "preact";
import { useEffect, useState } from "preact/hooks";
import { hostIn } from "./host";
import type { Model } from "./model";

/** Draw a panel; returns what ends it, by the effects' clean-ups. styles: besides the tokens. */
export function mountPanel(el: HTMLElement, panel: ComponentChild, ...styles: string[]): () => void {
  const host = hostIn(el, ...styles);
  render(panel, host.panel);
  return () => {
    render(null, host.panel);
    host.remove();
  };
}

/** A trait of the model, as it is now; the panel is drawn anew when it changes. */
export function useTrait<T>(model: Model, name: string): T {
  const [value, set] = useState<T>(() => model.get(name));
  useEffect(() => {
    const renew = () => set(() => model.get(name));
    renew(); // it may have changed before this effect ran
    model.on(`change:${name}`, renew);
    return () => model.off(`change:${name}`, renew);
  }, [model, name]);
  return value;
}
