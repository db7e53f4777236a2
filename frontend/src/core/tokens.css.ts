/** Spacing, colours and controls that widgets share. JupyterLab's variables, with fallbacks.
 *
 * Text has a contrast of at least 4.5 in both themes (WCAG 2.2, 1.4.3), edges of controls of 3.
 */
export const TOKENS = `
.panel {
  --gap: 8px;
  --ink: var(--jp-ui-font-color1, #212121);
  --dim: #616161;
  --paper: var(--jp-layout-color1, #fff);
  --shade: #f4f5f7;
  --rule: var(--jp-border-color2, #d0d0d0);
  --edge: #868686;
  --accent: #1565c0;
  --on-accent: #fff;
  --good: #2e7d32;
  --careful: #9a4a00;
  --bad: #c62828;
  --word: #6a1b9a;
  --mono: var(--jp-code-font-family, ui-monospace, monospace);
  color: var(--ink);
  background: var(--paper);
  border: 1px solid var(--rule);
  border-radius: 6px;
  font: 13px/1.45 var(--jp-ui-font-family, system-ui, sans-serif);
  text-align: left;
}
.panel[data-theme="dark"] {
  --ink: var(--jp-ui-font-color1, #e6e6e6);
  --dim: #b0b0b0;
  --paper: var(--jp-layout-color1, #111);
  --shade: #2b2f33;
  --rule: var(--jp-border-color2, #444);
  --edge: #8a8a8a;
  --accent: #90caf9;
  --on-accent: #0b2239;
  --good: #81c784;
  --careful: #ffb74d;
  --bad: #ef9a9a;
  --word: #ce93d8;
  color-scheme: dark;
}
.panel *, .panel *::before { box-sizing: border-box; }
.bar { display: flex; align-items: center; gap: var(--gap); padding: 4px var(--gap);
  border-bottom: 1px solid var(--rule); }
.bar .grow { flex: 1; color: var(--dim); }
.button { font: inherit; color: var(--ink); background: var(--paper);
  border: 1px solid var(--edge); border-radius: 4px; padding: 2px 10px; cursor: pointer; }
.button:hover { background: var(--shade); }
.button.main { color: var(--on-accent); background: var(--accent); border-color: var(--accent);
  font-weight: 600; padding: 3px 16px; }
.button.main:hover { filter: brightness(1.1); }
.button.quiet { border-color: transparent; color: var(--accent); background: none; padding: 2px 6px; }
.button:disabled { opacity: .55; cursor: default; }
.field { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--edge);
  border-radius: 4px; padding: 3px 7px; min-width: 0; width: 100%; min-height: 27px; }
.field::placeholder { color: var(--dim); opacity: 1; }
textarea.field, .mono { font-family: var(--mono); font-size: 12px; }
textarea.field { line-height: 1.45; resize: vertical; }
.field[aria-invalid="true"] { border-color: var(--bad); box-shadow: 0 0 0 1px var(--bad); }
.panel :is(button, input, select, textarea, summary, a, [tabindex]):focus-visible {
  outline: 2px solid var(--accent); outline-offset: 1px; }
.panel input:is([type^="date"], [type="time"]):focus-within { outline: 2px solid var(--accent); outline-offset: 1px; }
.badge { display: inline-block; background: #4a4a4a; color: #fff; border-radius: 4px; padding: 1px 8px;
  font: 700 11px/18px var(--mono); letter-spacing: .02em; }
.badge.get { background: #1565c0; }
.badge.post { background: #2e7d32; }
.badge.put { background: #9a4a00; }
.badge.patch { background: #00695c; }
.badge.delete { background: #c62828; }
.badge.websocket { background: #6a1b9a; }
.dim { color: var(--dim); }
.good { color: var(--good); }
.careful { color: var(--careful); }
.bad { color: var(--bad); }
.panel pre { margin: 0; font: 12px/1.45 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
.panel a { color: var(--accent); }
.facts { border-collapse: collapse; font-size: 12px; }
.facts td, .facts th { padding: 1px 14px 1px 0; text-align: left; vertical-align: top; font-weight: normal; }
.facts td { font-family: var(--mono); overflow-wrap: anywhere; }
.facts th { color: var(--dim); white-space: nowrap; }
.scroll { max-height: 600px; overflow: auto; }
[hidden] { display: none !important; }
`;
