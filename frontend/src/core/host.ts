// Where a widget stands in the page: a shadow root, in the page's theme.
import { TOKENS } from "./tokens.css";

export interface Host {
  /** What the widget draws into; its class says the theme: "light" or "dark". */
  panel: HTMLElement;
  root: ShadowRoot;
  /** Is called now, and whenever the theme changes. */
  onTheme(changed: (isDark: boolean) => void): void;
  remove(): void;
}

/** Make a host inside a widget's element. styles: style sheets besides the tokens. */
export function hostIn(el: HTMLElement, ...styles: string[]): Host {
  const element = document.createElement("div");
  // JupyterLab's shortcuts would take keys away from fields, and change the notebook by them.
  element.setAttribute("data-lm-suppress-shortcuts", "true");
  const root = element.attachShadow({ mode: "open" });
  // JupyterLab lets no Enter into a text inside a cell: it listens at the element that it sees.
  root.addEventListener("beforeinput", (event) => event.stopPropagation());
  for (const text of [TOKENS, ...styles]) {
    const style = document.createElement("style");
    style.textContent = text;
    root.append(style);
  }
  const panel = document.createElement("div");
  panel.className = "panel";
  root.append(panel);
  el.replaceChildren(element);

  const heard: ((isDark: boolean) => void)[] = [(isDark) => (panel.dataset.theme = isDark ? "dark" : "light")];
  const tellAll = () => heard.forEach((each) => each(isDark()));
  const stop = watchTheme(tellAll);
  tellAll();
  return {
    panel,
    root,
    onTheme(changed) {
      heard.push(changed);
      changed(isDark());
    },
    remove() {
      stop();
      element.remove();
    },
  };
}

const preferred = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark: by Jupyter's word, VS Code's, else by what the person prefers. */
function isDark(): boolean {
  const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
  if (jpThemeLight) return jpThemeLight === "false";
  if (vscodeThemeKind) return !vscodeThemeKind.includes("light");
  return preferred.matches;
}

function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  const attributeFilter = ["data-jp-theme-light", "data-vscode-theme-kind"];
  observer.observe(document.body, { attributes: true, attributeFilter });
  preferred.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    preferred.removeEventListener("change", changed);
  };
}
