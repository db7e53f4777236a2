// The session at a glance, in an output cell, as it changes.
import { useEffect, useState } from "preact/hooks";
import { ask, listen, type Model, type Said } from "../core/model";
import { mountPanel } from "../core/panel";
import { wholeSeconds } from "../log/words";

const STYLES = `
.panel { display: inline-block; padding: 6px 14px 6px 12px; max-width: 100%; }
.state .facts td { font-variant-numeric: tabular-nums; }
`;
/** Facts that are no good news; the same as the kernel's (views/state.py). */
const BAD = ["Last failure", "News"];

export async function renderState(model: Model, el: HTMLElement): Promise<() => void> {
  return mountPanel(el, <StatePanel model={model} />, STYLES);
}

export function StatePanel({ model }: { model: Model }) {
  const [state, setState] = useState<Said | Error | null>(null);
  useEffect(() => {
    const stop = listen(model, "state", setState);
    ask(model, { type: "follow" }).then(setState, setState);
    return stop;
  }, [model]);
  if (state === null) return <p class="dim" role="status">Asking the kernel …</p>;
  if (state instanceof Error) return <p class="bad" role="alert">{state.message}</p>;
  const facts: [string, string][] = state.facts;
  return (
    <div class="state" role="region" aria-label="The session at a glance">
      <table class="facts">
        <tbody>
          {facts.map(([name, value]) => (
            <tr key={name === "News" ? value : name}>
              <th scope="row">{name}</th>
              <td class={BAD.includes(name) ? "bad" : undefined}><Value text={value} /></td>
            </tr>
          ))}
          {state.uptime !== null && <Uptime key="Uptime" seconds={state.uptime} />}
        </tbody>
      </table>
    </div>
  );
}

function Value({ text }: { text: string }) {
  // The kernel says this of its own server; anything else that looks like an address is a text.
  if (!/^http:\/\/[\w.:[\]-]+$/.test(text)) return <>{text}</>;
  const links: [string, string][] = [[text, text], [`${text}/docs`, "docs"]];
  return <>{links.map(([url, name], at) => <>{at > 0 && " · "}<a href={url} target="_blank" rel="noopener noreferrer">{name}</a></>)}</>;
}

function Uptime({ seconds }: { seconds: number }) {
  const [now, tick] = useState(seconds);
  useEffect(() => {
    const began = performance.now();
    const pass = () => tick(seconds + (performance.now() - began) / 1000);
    pass();
    const timer = setInterval(pass, 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return <tr><th scope="row">Uptime</th><td>{wholeSeconds(now)}</td></tr>;
}
