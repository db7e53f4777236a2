// Goes before ReDoc's bundle, which has a page of its own wherever it is shown.
import { DARK, DARK_STYLES } from "../redoc/frame";
import { mend, REDOC } from "./attributes";

/** Colours whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3). */
const STYLES = `
html:not(.dark) .redoc-wrap h5 { color: #616161; }
.redoc-wrap .tab-error:not(.react-tabs__tab--selected) { color: #ef9a9a; }
.menu-content [role="menuitem"] [width] { color: #333; }
.dark .menu-content [role="menuitem"] [width] { color: #e6e6e6; }
.redoc-wrap span[type="warning"] { color: #212121; }
`;

document.head.append(Object.assign(document.createElement("style"), { textContent: STYLES }));
mend(document, REDOC);

// The page that an application serves is drawn in the theme of the moment.
const page = document.querySelector("redoc");
if (page && matchMedia("(prefers-color-scheme: dark)").matches) {
  document.documentElement.className = "dark";
  document.body.style.background = "#1c2022";
  document.head.append(Object.assign(document.createElement("style"), { textContent: DARK_STYLES }));
  page.setAttribute("theme", JSON.stringify(DARK));
}
