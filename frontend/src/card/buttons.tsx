// The buttons of one card, and what they open below it.
import { useEffect, useRef, useState } from "preact/hooks";
import { mountPanel } from "../core/panel";
import type { Model } from "../core/model";
import { Shared, useShared } from "../core/shared";
import { asCurl } from "../try/copy";
import { credentials, secretsOf } from "../try/auth";
import { copied } from "../try/extras";
import { fieldsOf } from "../try/fields";
import { prepared } from "../try/request";
import type { Card, Line } from "./find";
import { asked, openInto, type Render } from "./open";

/** What stands below a card. */
type Below =
  | { kind: "nothing" }
  | { kind: "try" | "docs"; label: string }
  | { kind: "said"; text: string; code?: string; isBad?: boolean };

const STYLES = `
:host { display: inline-block; }
.panel { display: inline-flex; border: none; background: none; font-size: 12px; vertical-align: baseline; }
.panel .button.quiet { line-height: 16px; padding: 0 6px; white-space: nowrap; }
.panel .button[aria-expanded="true"] { background: var(--shade); font-weight: 600; }
`;
const BELOW = `
.panel { display: block; border: none; background: none; }
.said { display: flex; align-items: start; gap: 8px; margin: 4px 0 0; font-size: 12px; }
.said pre { flex: 1; padding: 4px 8px; background: var(--shade); border-radius: 4px; }
.said .text { flex: 1; overflow-wrap: anywhere; }
.opened { margin-top: 6px; }
`;

/** Put buttons into a card; returns what takes them out. */
export function furnish(card: Card, model: Model, draw: Render): () => void {
  const below = new Shared<Below>({ kind: "nothing" });
  const lines = card.lines.filter((each) => each.tried);
  const ends: (() => void)[] = [];
  const mount = (place: Element, panel: any, styles: string) => {
    const el = document.createElement(place instanceof HTMLTableRowElement ? "td" : "div");
    el.style.cssText = "padding:0;text-align:left;vertical-align:baseline;border:none;background:none";
    place.append(el);
    const end = mountPanel(el, panel, styles);
    ends.push(() => (end(), el.remove()));
  };
  const whole = <Whole card={card} model={model} below={below} />;
  for (const line of lines) {
    const isOnly = card.lines.length === 1;
    mount(line.place.closest("tr") ?? card.place, <>{<OfLine line={line} model={model} below={below} />}{isOnly && whole}</>, STYLES);
  }
  if (card.lines.length !== 1 || !lines.length) mount(card.place, whole, STYLES);
  mount(card.place, <Underneath model={model} below={below} draw={draw} />, BELOW);
  return () => ends.forEach((end) => end());
}

interface Props {
  model: Model;
  below: Shared<Below>;
}

function OfLine({ line: { tried }, model, below }: Props & { line: Line }) {
  const [now, show] = useShared(below);
  const isOpen = now.kind === "try" && now.label === tried;
  const copy = async (event: Event) => {
    const place = (event.currentTarget as HTMLElement).parentElement!;
    try {
      const { operation, url, values } = await asked(model, { type: "request", label: tried });
      const content = operation.contents[0];
      const typed = { values, files: {}, body: content?.example ?? "", headers: [] };
      const secrets = secretsOf(operation, credentials.get());
      const code = asCurl(prepared(url, operation, fieldsOf(operation, content), content, typed, secrets));
      show({ kind: "said", text: (await copied(code, place)) ? "Copied." : "", code });
    } catch (error) {
      show({ kind: "said", text: (error as Error).message, isBad: true });
    }
  };
  return (
    <>
      <button type="button" class="button quiet" aria-label={`Try ${tried}`} aria-expanded={isOpen}
        onClick={() => show(isOpen ? { kind: "nothing" } : { kind: "try", label: tried })}>Try</button>
      {!tried.startsWith("WEBSOCKET") && (
        <button type="button" class="button quiet" aria-label={`Copy curl for ${tried}`} onClick={copy}>Copy curl</button>
      )}
    </>
  );
}

function Whole({ card, model, below }: Props & { card: Card }) {
  const [now, show] = useShared(below);
  const isOpen = now.kind === "docs";
  const undo = async () => {
    try {
      const { text } = await asked(model, { type: "undo", lines: card.lines.map((each) => each.what) });
      show({ kind: "said", text });
    } catch (error) {
      show({ kind: "said", text: (error as Error).message, isBad: true });
    }
  };
  return (
    <>
      <button type="button" class="button quiet" aria-expanded={isOpen}
        onClick={() => show(isOpen ? { kind: "nothing" } : { kind: "docs", label: "" })}>Docs</button>
      {card.lines.length > 0 && (
        <button type="button" class="button quiet" title="Take back what this cell published" onClick={undo}>Undo</button>
      )}
    </>
  );
}

function Underneath({ model, below, draw }: Props & { draw: Render }) {
  const [now, show] = useShared(below);
  if (now.kind === "said") {
    return (
      <div class="said" role="status">
        {now.code && <pre>{now.code}</pre>}
        {now.text && <span class={now.code ? "good" : `text ${now.isBad ? "bad" : ""}`}>{now.text}</span>}
        <button type="button" class="button quiet" aria-label="Close" onClick={() => show({ kind: "nothing" })}>✕</button>
      </div>
    );
  }
  if (now.kind === "nothing") return null;
  return <Opened key={`${now.kind} ${now.label}`} kind={now.kind} label={now.label} model={model} below={below} draw={draw} />;
}

function Opened({ kind, label, model, below, draw }: Props & { kind: string; label: string; draw: Render }) {
  const place = useRef<HTMLDivElement>(null);
  const [isHere, setHere] = useState(false);
  useEffect(() => {
    let isOver = false;
    const opened = openInto(place.current!, model, draw, { type: kind, label });
    opened.then(
      () => setHere(true),
      (error) => isOver || below.set({ kind: "said", text: error.message, isBad: true }),
    );
    return () => {
      isOver = true;
      opened.then((end) => end(), () => {});
    };
  }, []);
  return (
    <>
      {!isHere && <p class="dim" role="status">Opening …</p>}
      <div class="opened" ref={place} />
    </>
  );
}
