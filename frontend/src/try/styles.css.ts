/** How the form looks; colours and controls are the tokens'. */
export const TRY_STYLES = `
.panel { container-type: inline-size; overflow: hidden; }
.try .bar.title { padding: 7px 10px; background: var(--shade); flex-wrap: wrap; }
.try .path { font: 600 13px/1.4 var(--mono); color: var(--ink); background: none; overflow-wrap: anywhere; }
.try .about { margin: 8px 12px 0; white-space: pre-line; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr); }
.ask, .answered { padding: 10px 12px; min-width: 0; display: flex; flex-direction: column; gap: 10px; }
.answered { border-top: 1px solid var(--rule); }
@container (min-width: 820px) {
  .columns { grid-template-columns: minmax(0, 11fr) minmax(0, 13fr); }
  .answered { border-top: none; border-left: 1px solid var(--rule); }
}
.try fieldset { border: none; margin: 0; padding: 0; min-width: 0; display: flex; flex-direction: column; gap: 6px; }
.try legend { padding: 0 0 4px; font-weight: 600; }
.try summary { cursor: pointer; font-weight: 600; }
.try .tree summary { font-weight: normal; }
.try legend .dim { font-weight: normal; }
.try .part > :not(summary) { margin-top: 6px; }
.try .row { display: grid; grid-template-columns: minmax(90px, 34%) minmax(0, 1fr); gap: 2px 10px; align-items: start; }
.try .row > label, .try .named { padding-top: 4px; overflow-wrap: anywhere; }
.try .kind { display: block; font-size: 11px; line-height: 1.2; }
.try .note { font-size: 12px; margin-top: 2px; }
.try .pair { display: flex; gap: 6px; margin-bottom: 4px; }
.try .pair .button { flex: none; }
.try .above { display: flex; align-items: center; gap: 6px; margin-bottom: 4px; min-height: 24px; }
.try .above label { font-weight: 600; }
.try .above .grow { flex: 1; }
.try .bodyeditor .button.main { margin-top: 6px; }
.try .faults:not(:empty) { margin: 4px 0 8px; }
.try .faults { list-style: none; margin: 0; padding: 0; font-size: 12px; }
.try .copy, .try .choice { display: flex; align-items: center; gap: 4px; flex-wrap: wrap; }
.try .copy textarea { position: absolute; left: -9999px; }
.try .choice [aria-pressed="true"], .try [aria-pressed="true"].quiet { background: var(--shade); font-weight: 600; }
.try .save { margin-left: auto; text-decoration: none; }
.try .headline { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 12px; }
.try .status { font-size: 15px; }
.try p { margin: 0; }
.try .hint { padding: 12px 0; }
.try .body { max-height: 420px; overflow: auto; padding: 8px 10px; background: var(--shade); border-radius: 4px; }
.try .items { margin: 0; padding: 0; list-style: none; display: flex; flex-direction: column; gap: 4px; }
.try .items li { border-bottom: 1px solid var(--rule); padding-bottom: 4px; }
.try .printed { display: flex; flex-direction: column; gap: 4px; }
.try .printed pre { padding: 6px 10px; background: var(--shade); border-radius: 4px; max-height: 240px; overflow: auto; }
.try .printed img { max-width: 100%; background: #fff; }
.try .check { display: flex; gap: 6px; align-items: baseline; }
.try .past table { border-collapse: collapse; font-size: 12px; font-variant-numeric: tabular-nums; }
.try .past td { padding: 0 10px 0 0; text-align: left; white-space: nowrap; }
.try .difference { max-height: 320px; overflow: auto; padding: 8px 10px; background: var(--shade); border-radius: 4px; }
.try .frame { display: grid; grid-template-columns: 16px minmax(0, 1fr); gap: 6px; padding: 1px 0; }
.try .frame.out pre { color: var(--accent); }
.try .bar.title .field.code { width: 62px; }
.try .bar.title .field.reason { width: 130px; }
`;
