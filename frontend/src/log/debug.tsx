// A debugger at the frames of a request that failed: here, or in a cell.
import { useEffect, useRef, useState } from "preact/hooks";
import { execute, kernelOf, type Running } from "../core/execute";
import type { Model } from "../core/model";

export function Debug({ model, number }: { model: Model; number: number }) {
  const [said, say] = useState("");
  const [isOpen, open] = useState(false);
  const command = `%api debug ${number}`;
  const kernel = kernelOf(model);
  const copy = () =>
    navigator.clipboard.writeText(command).then(
      () => say("Copied: run it in a cell."),
      () => say("Write it in a cell."),
    );
  return (
    <div class="debug">
      <code class="mono">{command}</code> opens a debugger at these frames.{" "}
      {kernel && !isOpen && <button type="button" class="button" onClick={() => open(true)}>Debug here</button>}{" "}
      <button type="button" class="button" onClick={copy}>Copy</button> <span class="dim" role="status">{said}</span>
      {isOpen && <Console kernel={kernel} command={command} number={number} close={() => open(false)} />}
    </div>
  );
}

interface Props {
  kernel: any;
  command: string;
  number: number;
  close(): void;
}

function Console({ kernel, command, number, close }: Props) {
  const [text, setText] = useState("");
  const [prompt, setPrompt] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const output = useRef<HTMLPreElement>(null);
  const running = useRef<Running | null>(null);
  const add = (more: string) => setText((before) => before + more);
  useEffect(() => {
    let isLeft = false;
    const run = execute(kernel, command, {
      said: add,
      // Nobody would see what is asked, and the kernel would wait for ever.
      asked: (asked) => (isLeft ? run.answer("q") : setPrompt(asked)),
      ended: () => (setPrompt(null), setOver(true)),
    });
    running.current = run;
    return () => {
      isLeft = true;
      run.answer("q");
    };
  }, []);
  useEffect(() => {
    if (prompt !== null) field.current?.focus();
  }, [prompt]);
  useEffect(() => {
    output.current!.scrollTop = output.current!.scrollHeight;
  }, [text]);
  const send = (event: Event) => {
    event.preventDefault();
    const line = field.current!.value;
    field.current!.value = "";
    add(`${prompt}${line}\n`);
    setPrompt(null);
    running.current?.answer(line);
  };
  return (
    <section class="console" aria-label={`Debugger of request ${number}`}>
      <pre ref={output} tabIndex={0} role="log" aria-label="What the debugger says">{text || "Waiting for the kernel …"}</pre>
      {isOver ? (
        <button type="button" class="button quiet" onClick={close}>Close the debugger</button>
      ) : (
        <form class="pair" onSubmit={send}>
          <span class="mono dim">{prompt ?? "…"}</span>
          <input ref={field} class="field mono" aria-label="A line for the debugger" readOnly={prompt === null}
            autocomplete="off" spellcheck={false} placeholder="w where, u up, p NAME, q quit" />
        </form>
      )}
    </section>
  );
}
