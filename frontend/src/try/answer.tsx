// What has come back: status, body, headers, and what the endpoint printed.
import { useMemo, useState } from "preact/hooks";
import { parsed } from "../core/json";
import { CellLink } from "../parts/celllink";
import { Preview, Text, useUrl } from "../parts/preview";
import { Tree } from "../parts/tree";
import type { Item } from "./events";
import type { Answer, Logged } from "./exchange";
import { address, headersOf } from "./request";

interface Props {
  answer: Answer;
  goOn(): void;
  stop(): void;
}

export function AnswerPanel({ answer, goOn, stop }: Props) {
  const [shown, show] = useState("Body");
  const parts = ["Body", `Headers (${answer.headers.length})`, "Request"];
  const now = parts.find((each) => each.startsWith(shown)) ?? "Body";
  return (
    <>
      <Headline answer={answer} />
      {answer.error && <p class="bad" role="alert">{answer.error}</p>}
      {answer.status > 0 && (
        <>
          <div class="choice" role="group" aria-label="Parts of the response">
            {parts.map((each) => (
              <button type="button" class="button quiet" aria-pressed={each === now} onClick={() => show(each.split(" ")[0]!)}>
                {each}
              </button>
            ))}
            <Save answer={answer} />
          </div>
          <div class="body" tabIndex={0} role="region" aria-label="Response body">
            {now === "Body" && <Body answer={answer} />}
            {now.startsWith("Headers") && <Facts pairs={answer.headers} />}
            {now === "Request" && <Sent answer={answer} />}
          </div>
          {answer.state === "paused" && (
            <p role="status">
              {size(answer.bytes.length)} have come, and there is more.{" "}
              <button type="button" class="button" onClick={goOn}>Go on</button>{" "}
              <button type="button" class="button" onClick={stop}>Stop here</button>
            </p>
          )}
        </>
      )}
      {answer.logged && <Printed logged={answer.logged} />}
    </>
  );
}

function Headline({ answer }: { answer: Answer }) {
  const { state, status, reason, media, items, count } = answer;
  const told = {
    waiting: "Waiting for the response …", coming: "coming in …", paused: "paused", stopped: "stopped", failed: "failed", done: "",
  }[state];
  return (
    <div class="headline" role="status">
      {status > 0 && <b class={`status ${colourOf(status)}`}>{status} {reason}</b>}
      {status > 0 && <span class="dim">{[`${Math.round(answer.took)} ms`, size(answer.bytes.length), media].filter(Boolean).join(" · ")}</span>}
      {items && <span class="dim">{count} {count === 1 ? "item" : "items"}</span>}
      {told && <span class={state === "failed" ? "bad" : "dim"}>{told}</span>}
    </div>
  );
}

export const colourOf = (status: number): string => (status >= 500 ? "bad" : status >= 400 ? "careful" : "good");

export function size(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1_000_000 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

function Body({ answer }: { answer: Answer }) {
  if (answer.items) return <Items items={answer.items} count={answer.count} />;
  const isOver = answer.state !== "coming" && answer.state !== "waiting";
  // Half a document is no tree, and half a picture no picture.
  if (!isOver) return <Text text={new TextDecoder().decode(answer.bytes)} />;
  return <Preview bytes={answer.bytes} media={answer.media} />;
}

function Items({ items, count }: { items: Item[]; count: number }) {
  const first = count - items.length;
  return (
    <ol class="items" aria-label="What has come of the stream">
      {first > 0 && <li class="dim">{first} before are not kept</li>}
      {items.map((item, index) => (
        <li key={first + index}>
          {item.event && <b class="mono">{item.event} </b>}
          {item.id && <span class="dim mono">id {item.id} </span>}
          <ItemData data={item.data} />
        </li>
      ))}
    </ol>
  );
}

function ItemData({ data }: { data: string }) {
  const value = useMemo(() => parsed(data), [data]);
  return value === undefined ? <pre>{data}</pre> : <Tree value={value} />;
}

export function Facts({ pairs }: { pairs: [string, string][] }) {
  return (
    <table class="facts">
      <tbody>
        {pairs.map(([name, value]) => (
          <tr>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const hidden = () => "•••";
const nameAndSize = (file: File): string => `${file.name}, ${size(file.size)}`;

function Sent({ answer: { request } }: { answer: Answer }) {
  const { body } = request;
  return (
    <>
      <pre>{request.method} {address(request, hidden)}</pre>
      <Facts pairs={headersOf(request, hidden)} />
      {typeof body === "string" && <Text text={body} />}
      {body instanceof File && <p>{nameAndSize(body)}</p>}
      {Array.isArray(body) && (
        <Facts pairs={body.map(({ name, value }) => [name, typeof value === "string" ? value : nameAndSize(value)])} />
      )}
    </>
  );
}

function Save({ answer }: { answer: Answer }) {
  const url = useUrl(answer.bytes, "application/octet-stream");
  if (!answer.bytes.length) return null;
  return <a class="button quiet save" href={url} download={nameOf(answer)}>Save</a>;
}

/** A file's name: what the response says, else the end of the path. Never a path itself. */
export function nameOf(answer: Answer): string {
  const said = answer.headers.find(([name]) => name === "content-disposition")?.[1] ?? "";
  const given = /filename\*=[\w-]+'[^']*'([^;]+)/i.exec(said)?.[1] ?? /filename="?([^";]+)"?/i.exec(said)?.[1];
  const path = new URL(answer.request.url).pathname.split("/").pop();
  const kind = answer.media.split("/")[1]?.replace(/[^a-z0-9]+/g, "-") ?? "bin";
  const plain = (given ?? "").replace(/[^\w. -]+/g, "_").replace(/^\.+/, "");
  return plain || (path?.includes(".") ? path : `${path || "response"}.${kind === "plain" ? "txt" : kind}`);
}

function Printed({ logged }: { logged: Logged }) {
  const parts: [string, string][] = [
    ["Traceback", logged.traceback],
    ["Printed", logged.stdout],
    ["Printed to stderr", logged.stderr],
    ["Logged", logged.logs.join("\n")],
  ];
  const hasMore = parts.some(([, text]) => text) || logged.displays.length > 0;
  return (
    <section class="printed" aria-label="What the endpoint left">
      {parts.map(([title, text]) => text && (
        <details open key={title}>
          <summary>{title}</summary>
          <pre tabIndex={0}>{text.replace(/\n$/, "")}</pre>
        </details>
      ))}
      {logged.displays.map(({ picture, text }) =>
        picture ? <img src={picture} alt="A picture that the endpoint displayed" /> : <pre>{text}</pre>,
      )}
      <div class="dim note">
        Request {logged.number}
        {logged.endpoint && `, answered by ${logged.endpoint}`}
        {logged.cell && <>, <CellLink name={logged.cell} id={logged.cellId} /></>}, in {milliseconds(logged.duration)}
        {hasMore ? "." : "; it printed nothing."}
      </div>
    </section>
  );
}

const milliseconds = (seconds: number): string => `${(seconds * 1000).toFixed(seconds < 0.01 ? 2 : 0)} ms`;
