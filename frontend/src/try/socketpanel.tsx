// A WebSocket: connect, send, see frames both ways, close.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { parsed } from "../core/json";
import { KERNEL_GONE, type Model } from "../core/model";
import { useTrait } from "../core/panel";
import { BridgeSocket, type Frame } from "../core/socket";
import { Tree } from "../parts/tree";
import { size } from "./answer";
import { Control } from "./control";
import { HeaderRows } from "./extras";
import { fieldsOf } from "./fields";
import type { Operation } from "./operation";
import { missing, prepared, type Typed } from "./request";

/** Frames that are shown, the latest. */
const MOST = 300;

interface Line {
  number: number;
  way: "in" | "out" | "note";
  at: Date;
  frame: Frame;
}

type State = "closed" | "opening" | "open";

export function SocketPanel({ model }: { model: Model }) {
  const operation = useTrait<Operation>(model, "operation");
  const url = useTrait<string>(model, "url");
  const fields = useMemo(() => fieldsOf(operation), [operation]);
  const [typed, setTyped] = useState<Typed>(() => ({ values: { ...model.get("values") }, files: {}, body: "", headers: [] }));
  const [protocols, setProtocols] = useState("");
  const [lost, setLost] = useState<string[]>([]);
  const { state, lines, connect, send, close, clear } = useSocket(model);
  const begin = () => {
    const left = missing(fields, typed);
    setLost(left);
    if (left.length) return;
    const request = prepared(url, operation, fields, undefined, typed, []);
    connect(request.url, protocols.split(/[\s,]+/).filter(Boolean), request.headers);
  };
  return (
    <div class="try" role="group" aria-label={`Try ${operation.method} ${operation.path}`}>
      <div class="bar title">
        <span class="badge websocket">WEBSOCKET</span>
        <code class="path">{operation.path}</code>
        <span class="grow">{operation.summary}</span>
        <span role="status" class={state === "open" ? "good" : "dim"}>{{ closed: "not connected", opening: "connecting …", open: "connected" }[state]}</span>
        {state === "closed" ? (
          <button type="button" class="button main" onClick={begin}>Connect</button>
        ) : (
          <Closing close={close} />
        )}
      </div>
      {operation.gone && <p class="about careful" role="status">This is served no more.</p>}
      <div class="columns">
        <section class="ask" aria-label="Connection">
          {fields.map((field) => (
            <Control
              key={field.key}
              field={field}
              value={typed.values[field.key] ?? ""}
              fault={lost.includes(field.key) ? "The path needs a value here" : undefined}
              change={(value) => setTyped({ ...typed, values: { ...typed.values, [field.key]: value } })}
              choose={() => undefined}
            />
          ))}
          <div class="row">
            <label for="protocols">Subprotocols</label>
            <input id="protocols" class="field mono" value={protocols} spellcheck={false} onInput={(event) => setProtocols(event.currentTarget.value)} />
          </div>
          <HeaderRows headers={typed.headers} change={(headers) => setTyped({ ...typed, headers })} />
          <Sender isOpen={state === "open"} send={send} />
        </section>
        <section class="answered" aria-label="Frames">
          <Frames lines={lines} clear={clear} />
        </section>
      </div>
    </div>
  );
}

function useSocket(model: Model) {
  const [state, setState] = useState<State>("closed");
  const [lines, setLines] = useState<Line[]>([]);
  const socket = useRef<BridgeSocket | null>(null);
  const count = useRef(0);
  const add = (way: Line["way"], frames: Frame[]) => {
    const made = frames.map((frame) => ({ number: (count.current += 1), way, at: new Date(), frame }));
    setLines((before) => [...before, ...made].slice(-MOST));
  };
  const over = (told: string) => {
    socket.current = null;
    setState("closed");
    add("note", [told]);
  };
  useEffect(() => () => socket.current?.abort(), []);
  const connect = (url: string, protocols: string[], headers: [string, string][]) => {
    setState("opening");
    const made = new BridgeSocket(model, { url, protocols, headers }, {
      opened(protocol) {
        setState("open");
        add("note", [protocol ? `Connected, subprotocol ${protocol}` : "Connected"]);
      },
      frames: (frames) => add("in", frames),
      closed: (code, reason) => over(`Closed: ${code}${reason && ` ${reason}`}${code === 1006 ? ", without a word" : ""}`),
      failed: (text) => over(text),
    });
    socket.current = made.isOver ? null : made;
  };
  const send = (frame: Frame) => {
    add("out", [frame]);
    if (socket.current) socket.current.send(frame);
    else over(KERNEL_GONE);
  };
  const close = (code: number, reason: string) => {
    // One that is not open yet has nobody to agree with.
    if (state === "open") return socket.current?.close(code, reason);
    socket.current?.abort();
    over("Broken off");
  };
  return { state, lines, connect, send, close, clear: () => setLines([]) };
}

function Closing({ close }: { close(code: number, reason: string): void }) {
  const [code, setCode] = useState("1000");
  const [reason, setReason] = useState("");
  // RFC 6455, section 7.4: what a client may say.
  const isValid = code === "1000" || /^[34]\d{3}$/.test(code);
  return (
    <>
      <input class="field code" aria-label="Close code" aria-invalid={isValid ? undefined : "true"} inputmode="numeric" value={code}
        title="1000, or 3000 to 4999" onInput={(event) => setCode(event.currentTarget.value)} />
      <input class="field reason" aria-label="Close reason" placeholder="reason" value={reason} maxLength={40}
        onInput={(event) => setReason(event.currentTarget.value)} />
      <button type="button" class="button" disabled={!isValid} onClick={() => close(Number(code), reason)}>Close</button>
    </>
  );
}

function Sender({ isOpen, send }: { isOpen: boolean; send(frame: Frame): void }) {
  const [text, setText] = useState("");
  const looksLikeJson = /^\s*[[{]/.test(text);
  const isBroken = looksLikeJson && parsed(text) === undefined;
  const go = () => {
    if (isOpen) send(text);
  };
  return (
    <div class="bodyeditor">
      <div class="above">
        <label for="frame">Frame</label>
        <span class="grow" />
        <span class={isBroken ? "bad" : "dim"} role="status">{looksLikeJson ? (isBroken ? "no JSON" : "JSON") : ""}</span>
      </div>
      <textarea
        id="frame"
        class="field"
        rows={4}
        value={text}
        spellcheck={false}
        placeholder="Text or JSON; Ctrl+Enter sends it"
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          event.stopPropagation();
          go();
        }}
      />
      <button type="button" class="button main" disabled={!isOpen} onClick={go}>Send</button>
    </div>
  );
}

function Frames({ lines, clear }: { lines: Line[]; clear(): void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  if (!lines.length) return <p class="dim hint">Frames appear here, in both directions.</p>;
  return (
    <>
      <div class="above">
        <span class="grow" />
        <button type="button" class="button quiet" onClick={clear}>Clear</button>
      </div>
      <div class="body" ref={box} tabIndex={0} role="log" aria-label="Frames">
        {lines.map(({ number, way, at, frame }) => (
          <div key={number} class={`frame ${way}`}>
            <span class="dim mono" title={at.toLocaleTimeString()}>{{ in: "↓", out: "↑", note: "·" }[way]}</span>
            {way === "note" ? <span class="dim">{frame as string}</span> : <FrameBody frame={frame} />}
          </div>
        ))}
      </div>
    </>
  );
}

function FrameBody({ frame }: { frame: Frame }) {
  const value = useMemo(() => (typeof frame === "string" && /^\s*[[{]/.test(frame) ? parsed(frame) : undefined), [frame]);
  if (value !== undefined) return <Tree value={value} />;
  if (typeof frame === "string") return <pre>{frame}</pre>;
  const start = [...frame.slice(0, 32)].map((each) => each.toString(16).padStart(2, "0")).join(" ");
  return <pre>{`${size(frame.length)} of bytes: ${start}${frame.length > 32 ? " …" : ""}`}</pre>;
}
