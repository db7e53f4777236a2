/** Spacing, colours and controls that widgets share. JupyterLab's variables, with fallbacks. */
export const TOKENS = `
.panel {
  --gap: 8px;
  --ink: var(--jp-ui-font-color1, #212121);
  --dim: var(--jp-ui-font-color2, #616161);
  --paper: var(--jp-layout-color1, #fff);
  --rule: var(--jp-border-color2, #d0d0d0);
  --accent: #1565c0;
  color: var(--ink);
  background: var(--paper);
  border: 1px solid var(--rule);
  border-radius: 4px;
  font: 13px/1.45 var(--jp-ui-font-family, system-ui, sans-serif);
}
.panel[data-theme="dark"] { --accent: #90caf9; color-scheme: dark; }
.bar { display: flex; align-items: center; gap: var(--gap); padding: 4px var(--gap);
  border-bottom: 1px solid var(--rule); }
.bar .grow { flex: 1; color: var(--dim); }
.button { font: inherit; color: var(--ink); background: var(--paper);
  border: 1px solid var(--rule); border-radius: 3px; padding: 2px 10px; cursor: pointer; }
.button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.scroll { max-height: 600px; overflow: auto; }
[hidden] { display: none !important; }
`;
