// One request, opened: what came, what went, what the endpoint left, how it failed.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { bytesOf, freshId, listen, tell, type Model } from "../core/model";
import { harmless, Preview } from "../parts/preview";
import { colourOf, Facts, size } from "../try/answer";
import { CellLink, Linked } from "./cells";
import { Debug } from "./debug";
import type { Row } from "./feed";
import { duration } from "./words";

interface Message {
  headers: [string, string][];
  media: string;
  size: number;
}

export interface Details extends Row {
  route: string;
  client: string;
  stdout: string;
  stderr: string;
  logs: string[];
  displays: { picture?: string; page?: string; text?: string }[];
  traceback: string;
  links: Record<string, string>;
  request: Message;
  response: Message;
  /** Whether a debugger can be opened in it. */
  hasFrames: boolean;
  bodies: Uint8Array[];
}

type Found = Details | Error | null;

export function DetailsPanel({ model, row, close }: { model: Model; row: Row; close(): void }) {
  const found = useDetails(model, row);
  if (found === null) return <section class="details"><p class="dim" role="status">Opening request {row.number} …</p></section>;
  if (found instanceof Error) {
    return (
      <section class="details" aria-label={`Request ${row.number}`}>
        <p class="bad" role="alert">{found.message} <button type="button" class="button" onClick={close}>Close</button></p>
      </section>
    );
  }
  return (
    <section
      class="details"
      aria-label={`Request ${row.number}`}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !(event.target instanceof HTMLInputElement)) close();
      }}
    >
      <Head details={found} close={close} />
      <About details={found} />
      {found.hasFrames && <Debug key={found.number} model={model} number={found.number} />}
      {found.traceback && <Part title="Traceback"><pre tabIndex={0}><Linked text={found.traceback} links={found.links} /></pre></Part>}
      <Left details={found} />
      <Body title="Response" message={found.response} bytes={found.bodies[1]!} isOpen={!found.traceback} />
      <Body title="Request" message={found.request} bytes={found.bodies[0]!} isOpen={false} />
    </section>
  );
}

/** All that is known of a request; asked for anew when it ends. */
function useDetails(model: Model, row: Row): Found {
  const [found, setFound] = useState<Found>(null);
  useEffect(() => {
    const id = freshId();
    const stop = listen(model, id, (said, buffers) => {
      stop();
      setFound(said.type === "error" ? new Error(said.text) : ({ ...said, bodies: buffers.map(bytesOf) } as any));
    });
    try {
      tell(model, { type: "open", id, number: row.number });
    } catch (error) {
      stop();
      setFound(error as Error);
    }
    return stop;
  }, [model, row.number, row.isOpen, row.status]);
  return found instanceof Error || found?.number === row.number ? found : null;
}

function Head({ details, close }: { details: Details; close(): void }) {
  const { status, isOpen, method, path, failure } = details;
  return (
    <div class="headline">
      {status === null ? <b class="dim">{isOpen ? "open" : "—"}</b> : <b class={`status ${colourOf(status)}`}>{status}</b>}
      <b class="target mono">{method} {path}</b>
      <button type="button" class="button quiet close" onClick={close} aria-label="Close the request">✕</button>
      {failure && <div class="failure bad">{failure}</div>}
    </div>
  );
}

function About({ details }: { details: Details }) {
  const { number, time, route, endpoint, cell, cellId, client, response } = details;
  const facts: [string, ComponentChildren][] = [
    ["request", `${number}, at ${time}`],
    ["took", details.isOpen ? `${duration(details.duration)} so far` : duration(details.duration)],
    ["route", route],
    ["endpoint", endpoint],
    ["cell", cell && <CellLink name={cell} cellId={cellId} />],
    ["size", size(response.size)],
    ["from", client],
  ];
  return (
    <dl class="about">
      {facts.map(([name, value]) => value && <div key={name}><dt>{name}</dt> <dd>{value}</dd></div>)}
    </dl>
  );
}

function Left({ details }: { details: Details }) {
  const texts: [string, string][] = [
    ["Printed", details.stdout],
    ["Printed to stderr", details.stderr],
    ["Logged", details.logs.join("\n")],
  ];
  return (
    <>
      {texts.map(([title, text]) => text && (
        <Part title={title} key={title}><pre tabIndex={0}>{text.replace(/\n$/, "")}</pre></Part>
      ))}
      {details.displays.length > 0 && (
        <Part title="Displayed">{details.displays.map((each, at) => <Display key={at} {...each} />)}</Part>
      )}
    </>
  );
}

/** What was displayed may come from whoever asked: pictures are pictures, pages run nothing. */
function Display({ picture, page, text }: { picture?: string; page?: string; text?: string }) {
  if (picture) return <img src={picture} alt="A picture that the endpoint displayed" />;
  if (page !== undefined) return <iframe sandbox="" title="What the endpoint displayed" srcdoc={harmless(page)} />;
  return <pre>{text}</pre>;
}

function Body({ title, message, bytes, isOpen }: { title: string; message: Message; bytes: Uint8Array; isOpen: boolean }) {
  const missing = message.size - bytes.length;
  return (
    <Part title={`${title}: ${message.size ? size(message.size) : "no body"}`} isOpen={isOpen}>
      {bytes.length > 0 && <div class="body" tabIndex={0} role="region" aria-label={`${title} body`}><Preview bytes={bytes} media={message.media} /></div>}
      {missing > 0 && <p class="dim">{bytes.length ? `The first ${size(bytes.length)} are kept.` : "It is not kept."}</p>}
      {message.headers.length > 0 && (
        <details class="part inner">
          <summary>{message.headers.length} headers</summary>
          <Facts pairs={message.headers} />
        </details>
      )}
    </Part>
  );
}

function Part({ title, isOpen = true, children }: { title: string; isOpen?: boolean; children: ComponentChildren }) {
  return (
    <details class="part" open={isOpen}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}
