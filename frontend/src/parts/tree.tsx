// A JSON document as a tree. Branches are drawn when they are opened, a hundred parts at a time.
import { useState } from "preact/hooks";
import { Exact, isBranch, written, type Json } from "../core/json";

const PAGE = 100;
/** Levels that are open from the start, as long as they are short. */
const OPEN = 3;
const SHORT = 12;

export const TREE_STYLES = `
.tree { font: 12px/1.5 var(--mono); overflow-wrap: anywhere; }
.tree ul { list-style: none; margin: 0; padding: 0 0 0 16px; border-left: 1px solid var(--rule); }
.tree ul ul { margin-left: 4px; }
.tree summary { cursor: pointer; list-style-position: inside; }
.tree .name { color: var(--accent); }
.tree .string { color: var(--good); white-space: pre-wrap; }
.tree .number { color: var(--careful); }
.tree .word { color: var(--word); }
`;

export function Tree({ value }: { value: Json }) {
  return (
    <div class="tree">
      <Node value={value} depth={0} />
    </div>
  );
}

function Node({ name, value, depth }: { name?: string; value: Json; depth: number }) {
  const label = name === undefined ? null : <span class="name">{name}: </span>;
  if (!isBranch(value)) {
    return (
      <>
        {label}
        <span class={classOf(value)}>{written(value)}</span>
      </>
    );
  }
  return <Branch label={label} value={value} depth={depth} />;
}

function Branch({ label, value, depth }: { label: any; value: Json[] | { [name: string]: Json }; depth: number }) {
  const isList = Array.isArray(value);
  const names = Object.keys(value);
  const [isOpen, setOpen] = useState(depth === 0 || (depth < OPEN && names.length <= SHORT));
  const [shown, setShown] = useState(PAGE);
  if (!names.length) return <>{label}{isList ? "[]" : "{}"}</>;
  const count = `${names.length} ${isList ? "item" : "key"}${names.length === 1 ? "" : "s"}`;
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {label}
        <span class="dim">{isList ? `[${count}]` : `{${count}}`}</span>
      </summary>
      {isOpen && (
        <ul>
          {names.slice(0, shown).map((name) => (
            <li key={name}>
              <Node name={isList ? name : JSON.stringify(name)} value={(value as any)[name]} depth={depth + 1} />
            </li>
          ))}
          {names.length > shown && (
            <li>
              <button type="button" class="button quiet" onClick={() => setShown(shown + PAGE)}>
                {Math.min(PAGE, names.length - shown)} more of {names.length}
              </button>
            </li>
          )}
        </ul>
      )}
    </details>
  );
}

function classOf(value: null | boolean | number | string | Exact): string {
  if (typeof value === "string") return "string";
  return typeof value === "number" || value instanceof Exact ? "number" : "word";
}
