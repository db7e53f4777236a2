/** How the log looks; colours and controls are the tokens'. */
export const LOG_STYLES = `
.panel { container-type: inline-size; overflow: hidden; }
.log .bar { flex-wrap: wrap; background: var(--shade); }
.log .filter { width: 200px; }
.log .bar .grow { font-variant-numeric: tabular-nums; text-align: right; min-width: 120px; }
.log .bar [aria-pressed="true"] { background: var(--shade); font-weight: 600; box-shadow: inset 0 0 0 1px var(--accent); }
.log .nothing, .log .trouble { margin: 0; padding: 12px; }
.log .around { position: relative; }
.log .rows { overflow-y: auto; overflow-x: hidden; font-size: 12px; overflow-anchor: none; }
.log .rows:focus-visible { outline-offset: -2px; }
.log .line { display: grid; height: 26px; line-height: 24px; align-items: baseline; column-gap: 12px; padding: 0 12px;
  grid-template-columns: minmax(28px, 44px) 86px 58px minmax(80px, 1fr) 40px 58px 52px minmax(60px, 130px);
  font-variant-numeric: tabular-nums; }
.log .line > div { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.log .line .id, .log .line .status, .log .line .took { text-align: right; }
.log .heads { position: sticky; top: 0; z-index: 1; height: 25px; color: var(--dim); background: var(--paper);
  border-bottom: 1px solid var(--rule); }
.log .space { position: relative; contain: strict; }
.log .space .line { position: absolute; left: 0; right: 0; cursor: pointer; border-bottom: 1px solid transparent; }
.log .space .line:hover { background: var(--shade); }
.log .space .line.failed { box-shadow: inset 3px 0 var(--bad); }
.log .space .line.opened { background: var(--shade); box-shadow: inset 3px 0 var(--accent); }
.log .rows:focus-visible .line.active { outline: 2px solid var(--accent); outline-offset: -2px; }
.log .space .method { font: 600 11px/24px var(--mono); }
.log .path b { font: 600 12px/24px var(--mono); }
.log .path .bad { margin-left: 8px; }
.log .latest { position: absolute; right: 18px; bottom: 8px; box-shadow: 0 1px 4px #0006; }
@container (max-width: 640px) {
  .log .line { grid-template-columns: minmax(28px, 44px) 58px minmax(80px, 1fr) 40px 58px; }
  .log .line .time, .log .line .cell, .log .line .endpoint { display: none; }
}
.log .details { border-top: 1px solid var(--rule); padding: 10px 12px; max-height: 520px; overflow: auto;
  display: flex; flex-direction: column; gap: 8px; }
.log .details p { margin: 0; }
.log .headline { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 10px; }
.log .headline .status { font-size: 15px; }
.log .headline .target { flex: 1; font-size: 13px; overflow-wrap: anywhere; }
.log .headline .failure { flex-basis: 100%; overflow-wrap: anywhere; }
.log .about { margin: 0; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 12px; }
.log .about dt, .log .about dd { display: inline; margin: 0; }
.log .about dt { color: var(--dim); }
.log .about dd { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.log .part > summary { cursor: pointer; font-weight: 600; }
.log .part.inner > summary { font-weight: normal; color: var(--dim); }
.log .part > :not(summary) { margin-top: 4px; }
.log .part pre { padding: 6px 10px; background: var(--shade); border-radius: 4px; max-height: 280px; overflow: auto; }
.log .part .body { padding: 6px 10px; background: var(--shade); border-radius: 4px; max-height: 320px; overflow: auto; }
.log .part .body pre { padding: 0; max-height: none; }
.log .part iframe { width: 100%; height: 180px; border: 1px solid var(--rule); border-radius: 4px; background: #fff; }
.log .part img { display: block; max-width: 100%; background: #fff; border-radius: 4px; }
.log .console { margin-top: 6px; display: flex; flex-direction: column; gap: 4px; align-items: start; }
.log .console pre { width: 100%; padding: 6px 10px; background: var(--shade); border-radius: 4px; max-height: 280px; overflow: auto; }
.log .console form { display: flex; gap: 6px; align-items: center; width: 100%; }
.log .debug code { padding: 1px 6px; background: var(--shade); border-radius: 4px; }
`;
