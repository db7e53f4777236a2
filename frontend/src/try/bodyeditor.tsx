// The body of a request. The kernel checks JSON while it is written.
//
// It begins as a plain text field: an editor for JSON takes its place when somebody turns to it.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ask, type Model } from "../core/model";
import { parsed, pretty } from "../core/json";
import { size } from "./answer";
import { loadEditor, type Editor, type EditorOptions } from "./editing";
import { whereIn, type Fault } from "./faults";
import { isJson, type Content } from "./operation";

/** Milliseconds without a key after which a body is checked. */
const PAUSE = 300;

interface Props {
  model: Model;
  content: Content;
  text: string;
  /** What is sent in the text's place. */
  file: File | undefined;
  faults: Fault[];
  change(text: string): void;
  choose(files: File[]): void;
  found(faults: Fault[]): void;
}

export function BodyEditor(props: Props) {
  const { model, content, text, file, faults, change, choose } = props;
  const hasJson = isJson(content.media);
  useCheck(props, hasJson);
  const document = hasJson ? parsed(text) : undefined;
  return (
    <div class="bodyeditor">
      <div class="above">
        <label for="body" id="body-label">Body</label> <span class="dim mono">{content.media}</span>
        <span class="grow" />
        {!file && content.example && text !== content.example && (
          <button type="button" class="button quiet" onClick={() => change(content.example)}>Example</button>
        )}
        {!file && hasJson && (
          <button type="button" class="button quiet" disabled={document === undefined} onClick={() => change(pretty(document!))}>
            Tidy
          </button>
        )}
      </div>
      {!file && <Writing key={hasJson} model={hasJson ? model : null} text={text} faults={faults} change={change} />}
      <div id="body-faults" role="status">
        <ul class="faults bad">
          {faults.map((fault) => (
            <li>
              <b class="mono">{whereIn(fault)}</b> {fault.msg}
            </li>
          ))}
        </ul>
      </div>
      <FromFile file={file} choose={choose} isFolded={hasJson && !file} />
    </div>
  );
}

/** A file as the whole body, as it is: bytes are not written as text. JSON seldom comes from one. */
function FromFile({ file, choose, isFolded }: Pick<Props, "file" | "choose"> & { isFolded: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const title = useRef<HTMLElement>(null);
  const drop = () => {
    choose([]);
    field.current!.value = "";
    title.current!.focus();
  };
  return (
    <details class="part" open={!isFolded}>
      <summary ref={title}>A file instead</summary>
      <div class="pair">
        <input class="field" type="file" ref={field} aria-label="Body from a file"
          onChange={(event) => choose([...(event.currentTarget.files ?? [])])} />
        {file && <span class="dim" role="status">{`${file.name} is sent, ${size(file.size)}.`}</span>}
        {file && <button type="button" class="button quiet" onClick={drop}>Text instead</button>}
      </div>
    </details>
  );
}

function useCheck({ model, text, file, found }: Props, hasJson: boolean): void {
  useEffect(() => {
    if (!hasJson || !text || file) return found([]);
    let isLatest = true;
    const timer = setTimeout(async () => {
      const said = await ask(model, { type: "check", body: text }).catch(() => null);
      if (isLatest && said?.faults) found(said.faults);
    }, PAUSE);
    return () => {
      isLatest = false;
      clearTimeout(timer);
    };
  }, [model, hasJson, text, file]);
}

interface WritingProps {
  /** From which the editor comes; null where plain text is all there is. */
  model: Model | null;
  text: string;
  faults: Fault[];
  change(text: string): void;
}

function Writing({ model, text, faults, change }: WritingProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const [open, setOpen] = useState<((options: EditorOptions) => Editor) | null>(null);
  const before = useRef({ from: 0, to: 0, hasFocus: false });
  const load = async () => {
    if (!model) return;
    // Where it cannot be had, a text field does.
    const opened = await loadEditor(model).catch(() => null);
    const now = area.current;
    if (!opened || !now) return;
    const hasFocus = (now.getRootNode() as ShadowRoot).activeElement === now;
    before.current = { from: now.selectionStart, to: now.selectionEnd, hasFocus };
    setOpen(() => opened);
  };
  // At once: a key between the one and the other would be the notebook's.
  useLayoutEffect(() => {
    if (!open) return;
    const { from, to, hasFocus } = before.current;
    const made = open({ place: place.current!, text, from, to, labelledBy: "body-label", describedBy: "body-faults", changed: change });
    editor.current = made;
    if (hasFocus) made.focus();
    return () => made.destroy();
  }, [open]);
  // At once, too: a moment later another key has been typed, and this would take it back.
  useLayoutEffect(() => editor.current?.set(text), [text, open]);
  useEffect(() => editor.current?.mark(faults.map(({ loc, msg }) => ({ loc: loc.slice(1), msg }))), [faults, open]);
  if (open) return <div class="editor" ref={place} />;
  return (
    <textarea
      id="body"
      ref={area}
      class="field"
      rows={Math.min(18, Math.max(4, text.split("\n").length + 1))}
      value={text}
      spellcheck={false}
      autocapitalize="off"
      aria-invalid={faults.length ? "true" : undefined}
      aria-describedby="body-faults"
      onFocus={load}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
}
