// The page in which ReDoc runs: of no origin, with no way out. Its styles go to the document's head,
// so that a shadow root would not do; a frame that may run scripts is kept from Jupyter's own origin.

const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src data: blob:",
  "font-src data:",
  "worker-src blob:", // its search
].join("; ");

/** Colours that ReDoc's theme does not know of. */
export const DARK_STYLES = `
.dark { color-scheme: dark; }
.dark h5 { color: #b0b0b0; border-bottom-color: #444; }
.dark h5 span { color: #e6e6e6; }
.dark .react-tabs__tab--selected { background: #2b2f33 !important; color: #e6e6e6 !important; }
`;

/** What the frame does with what it is told: ReDoc has no way to take another document. */
const BOOT = `
const place = document.getElementById("place");
addEventListener("message", ({ data }) => {
  if (data?.kind !== "redoc") return;
  const { document: spec, options, paper } = data;
  const at = document.documentElement.scrollTop;
  document.documentElement.className = data.isDark ? "dark" : "light";
  document.body.style.background = paper;
  const made = document.createElement("div");
  place.replaceChildren(made);
  Redoc.init(spec, options, made, () => {
    document.documentElement.scrollTop = at;
    parent.postMessage({ kind: "redoc-shown" }, "*");
  });
});
// A link that leads elsewhere would put another page into the frame.
addEventListener("click", (event) => {
  const link = event.composedPath().find((each) => each.tagName === "A");
  if (link && !link.getAttribute("href")?.startsWith("#")) event.preventDefault();
}, true);
parent.postMessage({ kind: "redoc-ready" }, "*");
`;

/** The frame's page. bundle: ReDoc's text, which runs nowhere else. */
export function pageOf(bundle: string): string {
  // What ends a script must not stand in one (WHATWG HTML, section 4.12.1.3).
  const script = (text: string) => `<script>${text.replace(/<(?=\/script|!--)/gi, "\\x3c")}</script>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<style>body { margin: 0; } ${DARK_STYLES}</style></head><body><div id="place"></div>${script(bundle)}${script(BOOT)}</body></html>`;
}

const FONT = "system-ui, sans-serif";

const INK = "#e6e6e6";

/** ReDoc's own colours know the light theme only. */
export const DARK = {
  typography: {
    code: { color: "#ffb74d", backgroundColor: "#2b2f33" },
    links: { color: "#90caf9", visited: "#90caf9", hover: "#bbdefb" },
  },
  colors: {
    primary: { main: "#90caf9" },
    text: { primary: INK, secondary: "#b0b0b0" },
    border: { dark: "#555", light: "#333" },
    gray: { 50: "#24282c", 100: "#2b2f33" },
    success: { main: "#81c784" },
    warning: { main: "#ffb74d" },
    error: { main: "#ef9a9a" },
    responses: {
      success: { color: "#81c784", backgroundColor: "#1f2d21", tabTextColor: "#81c784" },
      error: { color: "#ef9a9a", backgroundColor: "#362123", tabTextColor: "#ef9a9a" },
      redirect: { color: "#ffb74d", backgroundColor: "#33291b", tabTextColor: "#ffb74d" },
      info: { color: "#90caf9", backgroundColor: "#1c2833", tabTextColor: "#90caf9" },
    },
  },
  schema: { nestedBackground: "#24282c", linesColor: "#5a6570", typeNameColor: "#b0b0b0", typeTitleColor: INK, requireLabelColor: "#ef9a9a" },
  sidebar: { backgroundColor: "#22262a", textColor: INK },
  rightPanel: { backgroundColor: "#15181b" },
  codeBlock: { backgroundColor: "#0e1012" },
};

/** ReDoc's options in a cell, with fonts that are at hand: its own come from elsewhere. */
export function optionsFor(isDark: boolean): object {
  const mono = { fontFamily: "ui-monospace, monospace", fontSize: "12px" };
  const { typography, sidebar, ...theme }: Partial<typeof DARK> = isDark ? DARK : {};
  const code = { ...mono, ...typography?.code };
  return {
    hideLoading: true, nativeScrollbars: true, hideDownloadButton: true, scrollYOffset: 0,
    theme: {
      ...theme,
      typography: { fontFamily: FONT, fontSize: "13px", headings: { fontFamily: FONT }, ...typography, code },
      sidebar: { width: "220px", ...sidebar },
    },
  };
}
