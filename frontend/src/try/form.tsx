// The request form: what is asked on the left, what is answered on the right.
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Model } from "../core/model";
import { useTrait } from "../core/panel";
import { AnswerPanel } from "./answer";
import { credentials, secretsOf } from "./auth";
import { AuthPanel } from "./authpanel";
import { BodyEditor } from "./bodyeditor";
import { Control } from "./control";
import { Exchange, type Answer } from "./exchange";
import { CopyButtons, HeaderRows, SaveExample } from "./extras";
import { faultsIn, pinned, type Fault } from "./faults";
import { fieldsOf, type Field } from "./fields";
import { contentsOf, isForm, type Operation } from "./operation";
import { keep, type Past } from "./past";
import { PastPanel } from "./pastpanel";
import { missing, prepared, type Prepared, type Typed } from "./request";

const GROUPS: [Field["in"], string][] = [
  ["path", "Path"],
  ["query", "Query"],
  ["header", "Headers of the endpoint"],
  ["cookie", "Cookies"],
  ["form", "Form"],
];
const IS_OVER = ["done", "stopped", "failed"];

export function TryForm({ model }: { model: Model }) {
  const operation = useTrait<Operation>(model, "operation");
  const url = useTrait<string>(model, "url");
  const { typed, type, media, setMedia } = useTyped(model, operation);
  const contents = contentsOf(operation);
  const content = contents.find((each) => each.media === media) ?? contents[0];
  const fields = useMemo(() => fieldsOf(operation, content), [operation, content]);
  const [faults, setFaults] = useState<Fault[]>([]);
  const [checked, setChecked] = useState<Fault[]>([]);
  const pins = pinned(faults, fields.map((each) => each.key));
  const label = `${operation.method} ${operation.path}`;
  const sending = useSending(model, label, setFaults);

  const request = () => prepared(url, operation, fields, content, typed, secretsOf(operation, credentials.get()));
  const send = () => {
    const lost = missing(fields, typed);
    setFaults(lost.map((key) => ({ loc: key.split(/:(.*)/, 2), msg: "The path needs a value here" })));
    if (!lost.length) sending.send(request(), typed, content?.media ?? "");
  };
  const change = (key: string, value: string) => {
    type({ values: { ...typed.values, [key]: value } });
    setFaults((before) => before.filter((each) => pinned([each], [key]).fields[key] === undefined));
  };
  const takeUp = (past: Past) => {
    type(past.typed);
    setMedia(past.media);
  };
  const hasEditor = content !== undefined && !isForm(content.media);
  return (
    <form
      class="try"
      aria-label={`Try ${label}`}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        event.stopPropagation();
        send();
      }}
    >
      <Head operation={operation} answer={sending.answer} stop={sending.stop} />
      <div class="columns">
        <section class="ask" aria-label="Request">
          {GROUPS.map(([place, title]) => {
            const own = fields.filter((each) => each.in === place);
            return own.length > 0 && (
              <fieldset key={place}>
                <legend>{title}</legend>
                {own.map((field) => (
                  <Control
                    key={field.key}
                    field={field}
                    value={typed.values[field.key] ?? ""}
                    fault={pins.fields[field.key]}
                    change={(value) => change(field.key, value)}
                    choose={(files) => type({ files: { ...typed.files, [field.key]: files } })}
                  />
                ))}
              </fieldset>
            );
          })}
          {operation.contents.length > 1 && (
            <div class="row">
              <label for="media">Content type</label>
              <select id="media" class="field" value={content!.media} onInput={(event) => setMedia(event.currentTarget.value)}>
                {operation.contents.map((each) => <option value={each.media}>{each.media}</option>)}
              </select>
            </div>
          )}
          {hasEditor && (
            <MaybeFolded isFolded={operation.contents.length === 0} title="Body: none is declared">
              <BodyEditor
                model={model}
                content={content}
                text={typed.body}
                file={typed.files.body?.[0]}
                faults={checked.length ? checked : pins.body}
                change={(body) => {
                  type({ body });
                  setFaults((before) => before.filter((each) => each.loc[0] !== "body"));
                }}
                choose={(body) => type({ files: { ...typed.files, body } })}
                found={setChecked}
              />
            </MaybeFolded>
          )}
          {!hasEditor && pins.body.length > 0 && <p class="bad" role="alert">{pins.body.map((each) => each.msg).join("; ")}</p>}
          <AuthPanel model={model} operation={operation} url={url} />
          <HeaderRows headers={typed.headers} change={(headers) => type({ headers })} />
          <CopyButtons request={request} />
        </section>
        <section class="answered" aria-label="Response">
          {sending.answer ? (
            <AnswerPanel answer={sending.answer} goOn={sending.goOn} stop={sending.stop} />
          ) : (
            <p class="dim hint">Send with the button, or with Ctrl+Enter. The kernel sends it, to the server of this notebook.</p>
          )}
          {sending.answer && sending.answer.state === "done" && <SaveExample model={model} answer={sending.answer} />}
          <PastPanel label={label} current={sending.answer} takeUp={takeUp}
            resend={(past) => sending.send(past.answer.request, past.typed, past.media)} />
        </section>
      </div>
    </form>
  );
}

function MaybeFolded({ isFolded, title, children }: { isFolded: boolean; title: string; children: ComponentChildren }) {
  if (!isFolded) return <>{children}</>;
  return (
    <details class="part">
      <summary>{title}</summary>
      {children}
    </details>
  );
}

function Head({ operation, answer, stop }: { operation: Operation; answer: Answer | null; stop(): void }) {
  const isRunning = answer !== null && !IS_OVER.includes(answer.state);
  return (
    <>
      <div class="bar title">
        <span class={`badge ${operation.method.toLowerCase()}`}>{operation.method}</span>
        <code class="path">{operation.path}</code>
        <span class="grow">{operation.summary}</span>
        {isRunning && <button type="button" class="button" onClick={stop}>Stop</button>}
        <button type="submit" class="button main" title="Ctrl+Enter">Send</button>
      </div>
      {operation.description && <p class="about dim">{operation.description}</p>}
      {operation.gone && <p class="about careful" role="status">This is served no more; what is sent gets the answer of what is.</p>}
    </>
  );
}

/** What was typed. It stays when the operation changes; an example that nobody touched follows. */
function useTyped(model: Model, operation: Operation) {
  const first = operation.contents[0];
  const [media, setMedia] = useState(first?.media ?? "");
  const [typed, set] = useState<Typed>(() => ({
    values: { ...model.get("values") }, files: {}, body: first?.example ?? "", headers: [],
  }));
  const example = operation.contents.find((each) => each.media === media)?.example ?? first?.example ?? "";
  const before = useRef(example);
  useEffect(() => {
    set((now) => (now.body === before.current ? { ...now, body: example } : now));
    before.current = example;
  }, [example]);
  const type = (part: Partial<Typed>) => set((now) => ({ ...now, ...part }));
  return { typed, type, media, setMedia };
}

/** The request that was sent last. */
function useSending(model: Model, label: string, setFaults: (faults: Fault[]) => void) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const running = useRef<Exchange | null>(null);
  useEffect(() => () => running.current?.leave(), []);
  const send = (request: Prepared, typed: Typed, media: string) => {
    running.current?.leave();
    let isKept = false;
    running.current = new Exchange(model, request, (now) => {
      setAnswer(now);
      if (isKept || !IS_OVER.includes(now.state)) return;
      isKept = true;
      keep(label, typed, media, now);
      if (now.status === 422) setFaults(faultsIn(new TextDecoder().decode(now.bytes)));
    });
  };
  return { answer, send, stop: () => running.current?.stop(), goOn: () => running.current?.goOn() };
}
