// An editor for JSON, fetched when somebody begins to write one: a bundle of its own.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Editor, EditorOptions } from "./try/editing";

// Colours are the panel's: they follow its theme by themselves.
const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--good)" },
  { tag: tags.number, color: "var(--careful)" },
  { tag: [tags.bool, tags.null], color: "var(--word)" },
]);
const LOOKS = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--edge)", borderRadius: "4px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": { font: "12px/1.45 var(--mono)", maxHeight: "360px", minHeight: "64px", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)", padding: "4px 3px" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--shade)", outline: "1px solid var(--edge)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--shade)", border: "1px solid var(--edge)" },
  ".cm-lintRange-error": { backgroundImage: "none", borderBottom: "2px dotted var(--bad)" },
});

export function openEditor(options: EditorOptions): Editor {
  const text = options.text.replace(/\r\n?/g, "\n"); // as the editor counts
  const [anchor, head] = [options.from, options.to].map((at) => Math.min(at, text.length));
  let isTold = false;
  const view = new EditorView({
    parent: options.place,
    root: options.place.getRootNode() as ShadowRoot,
    state: EditorState.create({
      doc: text,
      selection: { anchor: anchor!, head: head! },
      extensions: [
        // The form sends by this key; the editor only must not take it for a new line.
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => true }])),
        keymap.of([...defaultKeymap, ...historyKeymap]), // Tab leaves, as it does any field
        history(),
        json(),
        bracketMatching(),
        indentOnInput(),
        syntaxHighlighting(COLOURS),
        LOOKS,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-labelledby": options.labelledBy, "aria-describedby": options.describedBy }),
        EditorView.updateListener.of((update) => {
          // Only what is typed: what is told from outside would be told back, and so on.
          if (update.docChanged && !isTold) options.changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    focus: () => view.focus(),
    set(text) {
      if (text === view.state.doc.toString()) return;
      isTold = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      isTold = false;
    },
    mark(faults) {
      const found = faults.map(({ loc, msg }): Diagnostic => ({ ...rangeOf(view.state, loc), severity: "error", message: msg }));
      view.dispatch(setDiagnostics(view.state, found));
    },
    destroy: () => view.destroy(),
  };
}

/** Where a part of the document stands; the deepest of its ancestors that is there, if it is not.
 *
 * loc: keys and indices. A lone number is a position in the text: there it stops being JSON.
 */
export function rangeOf(state: EditorState, loc: (string | number)[]): { from: number; to: number } {
  const end = state.doc.length;
  const top = syntaxTree(state).topNode.firstChild;
  if (loc.length === 1 && typeof loc[0] === "number" && top?.name !== "Array") {
    const from = Math.min(loc[0], end);
    return { from: Math.max(0, Math.min(from, end - 1)), to: Math.min(from + 1, end) };
  }
  let node = top;
  let marked = top && { from: top.from, to: Math.min(top.from + 1, end) };
  for (const part of loc) {
    if (!node) break;
    const within = node.name === "Array" && typeof part === "number" ? valuesIn(node)[part] : valueOf(state, node, part);
    if (!within) break;
    node = within;
    marked = { from: node.from, to: node.to };
  }
  return marked ?? { from: 0, to: 0 };
}

type Node = NonNullable<ReturnType<typeof syntaxTree>["topNode"]["firstChild"]>;

const valuesIn = (list: Node): Node[] => {
  const found: Node[] = [];
  for (let each = list.firstChild; each; each = each.nextSibling) if (!/^[[\]⚠,]$/.test(each.name)) found.push(each);
  return found;
};

function valueOf(state: EditorState, node: Node, name: string | number): Node | null {
  for (const each of node.getChildren("Property")) {
    const key = each.getChild("PropertyName");
    if (key && state.sliceDoc(key.from, key.to) === JSON.stringify(name)) return each.lastChild;
  }
  return null;
}
