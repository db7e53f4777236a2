// What belongs to a request besides its fields: headers of the person's own, code, an example.
import { useRef, useState } from "preact/hooks";
import { ask, type Model } from "../core/model";
import { asCurl, asFetch, asPython } from "./copy";
import type { Answer } from "./exchange";
import { address, type Prepared } from "./request";

interface HeaderProps {
  headers: [string, string][];
  change(headers: [string, string][]): void;
}

export function HeaderRows({ headers, change }: HeaderProps) {
  const edit = (index: number, column: 0 | 1, text: string) =>
    change(headers.map((each, i) => (i === index ? (column ? [each[0], text] : [text, each[1]]) : each)));
  return (
    <details class="part" open={headers.length > 0}>
      <summary>Headers{headers.length > 0 && ` (${headers.length})`}</summary>
      {headers.map(([name, value], index) => (
        <div class="pair">
          <input class="field mono" aria-label={`Header ${index + 1}, name`} placeholder="name" value={name} spellcheck={false}
            onInput={(event) => edit(index, 0, event.currentTarget.value)} />
          <input class="field mono" aria-label={`Header ${index + 1}, value`} placeholder="value" value={value} spellcheck={false}
            onInput={(event) => edit(index, 1, event.currentTarget.value)} />
          <button type="button" class="button quiet" aria-label={`Remove header ${index + 1}`}
            onClick={() => change(headers.filter((_, i) => i !== index))}>✕</button>
        </div>
      ))}
      <button type="button" class="button quiet" onClick={() => change([...headers, ["", ""]])}>+ Header</button>
    </details>
  );
}

const LANGUAGES: [string, (request: Prepared) => string][] = [
  ["curl", asCurl],
  ["Python", asPython],
  ["fetch", asFetch],
];

export function CopyButtons({ request }: { request: () => Prepared }) {
  const [said, say] = useState("");
  const place = useRef<HTMLDivElement>(null);
  const copy = async (name: string, code: string) => {
    const isCopied = await copied(code, place.current!);
    say(isCopied ? `Copied as ${name}.` : "The browser does not let this page copy.");
  };
  return (
    <div class="copy" ref={place}>
      <span class="dim">Copy as</span>
      {LANGUAGES.map(([name, written]) => (
        <button type="button" class="button quiet" aria-label={`Copy as ${name}`} onClick={() => copy(name, written(request()))}>{name}</button>
      ))}
      <span class="dim" role="status">{said}</span>
    </div>
  );
}

/** Copy a text. Where a page has no clipboard of its own (plain HTTP), by a selection. */
export async function copied(text: string, place: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    place.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    return isCopied;
  }
}

const SAFE = ["GET", "HEAD", "OPTIONS"];

export function SaveExample({ model, answer }: { model: Model; answer: Answer }) {
  const [name, setName] = useState("");
  const [mayReplay, setReplay] = useState(false);
  const [said, say] = useState<{ good: boolean; text: string } | null>(null);
  const { method } = answer.request;
  const save = async () => {
    const url = address(answer.request, (secret) => encodeURIComponent(secret.value));
    const { headers: sent, body } = answer.sent;
    const { status, headers: heard, bytes } = answer;
    const content = { type: "save", name, replay: mayReplay, method, url, sent, heard, status };
    const response = bytes.slice().buffer as ArrayBuffer;
    const told = await ask(model, content, body, response).catch((error) => ({ good: false, text: error.message }));
    say(told as { good: boolean; text: string });
  };
  return (
    <details class="part">
      <summary>Save as example</summary>
      <div class="pair">
        <input class="field" aria-label="The example's name" placeholder="name (made up if empty)" value={name}
          onInput={(event) => setName(event.currentTarget.value)} />
        <button type="button" class="button" onClick={save}>Save example</button>
      </div>
      {!SAFE.includes(method) && (
        <label class="check">
          <input type="checkbox" checked={mayReplay} onInput={(event) => setReplay(event.currentTarget.checked)} /> send it again
          after changes, although {method} may change something
        </label>
      )}
      {said && <p class={said.good ? "good" : "bad"} role="status">{said.text}</p>}
    </details>
  );
}
