// One request that a form has sent, and what has come back so far.
import { bridgeFetch } from "../core/bridge";
import { freshId, listen, type Model } from "../core/model";
import { Splitter, splittingOf, type Item } from "./events";
import { address, encoded, headersOf, type Prepared } from "./request";

/** Milliseconds for which what comes is gathered before it is shown. */
const PACE = 100;
/** Bytes after which the person is asked whether to go on. */
const MOST = 5_000_000;
/** Items of a stream that are kept, the latest. */
const ITEMS = 500;

/** What the kernel's log has of the request. */
export interface Logged {
  number: number;
  endpoint: string;
  cell: string;
  cellId: string | null;
  stdout: string;
  stderr: string;
  logs: string[];
  displays: { picture?: string; text?: string }[];
  traceback: string;
  duration: number;
}

export interface Answer {
  state: "waiting" | "coming" | "paused" | "done" | "stopped" | "failed";
  request: Prepared;
  /** As it went: for an example. */
  sent: { headers: [string, string][]; body: ArrayBuffer };
  status: number;
  reason: string;
  headers: [string, string][];
  media: string;
  bytes: Uint8Array;
  /** Of a stream: the latest, and how many there were. */
  items: Item[] | null;
  count: number;
  /** Milliseconds, so far. */
  took: number;
  error: string;
  logged: Logged | null;
}

export class Exchange {
  private readonly control = new AbortController();
  private readonly id = freshId();
  private readonly began = performance.now();
  private readonly parts: Uint8Array[] = [];
  private readonly stopListening: () => void;
  private allowed = MOST;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private resume: (() => void) | null = null;
  private answer: Answer;

  /** changed: called with what there is, at a pace that a page can follow. */
  constructor(
    private readonly model: Model,
    request: Prepared,
    private readonly changed: (answer: Answer) => void,
  ) {
    this.answer = {
      state: "waiting", request, sent: { headers: [], body: new ArrayBuffer(0) }, status: 0, reason: "",
      headers: [], media: "", bytes: new Uint8Array(), items: null, count: 0, took: 0, error: "", logged: null,
    };
    this.stopListening = listen(model, this.id, (said) => {
      if (said.type === "logged") this.show({ logged: said as unknown as Logged });
    });
    this.show({});
    void this.run();
  }

  /** Stop; what has come stays to be read. */
  stop(): void {
    this.control.abort();
    this.goOn();
  }

  /** Read on after so much that the person was asked. */
  goOn(): void {
    this.allowed += MOST;
    this.resume?.();
  }

  /** Stop, and tell nobody any more. */
  leave(): void {
    this.stop();
    this.stopListening();
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    try {
      await this.send();
      this.end("done");
    } catch (error) {
      const isStopped = (error as Error).name === "AbortError";
      this.end(isStopped ? "stopped" : "failed", isStopped ? "" : (error as Error).message);
    }
  }

  private async send(): Promise<void> {
    const { request } = this.answer;
    const body = new Response(encoded(request));
    const headers = headersOf(request, (secret) => secret.value);
    const type = body.headers.get("content-type");
    if (type && !headers.some(([name]) => name.toLowerCase() === "content-type")) headers.push(["content-type", type]);
    const sent = { headers, body: await body.arrayBuffer() };
    this.answer = { ...this.answer, sent };
    const response = await bridgeFetch(this.model, {
      method: request.method,
      url: address(request, (secret) => encodeURIComponent(secret.value)),
      headers,
      body: sent.body.byteLength ? sent.body : null,
      signal: this.control.signal,
      id: this.id,
    });
    const media = (response.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
    const { status, statusText: reason } = response;
    const how = splittingOf(media);
    this.show({ state: "coming", status, reason, headers: [...response.headers.entries()], media, items: how && [] });
    await this.read(response.body, how ? new Splitter(how) : null);
  }

  private async read(body: ReadableStream<Uint8Array>, splitter: Splitter | null): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let size = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      this.parts.push(value);
      size += value.byteLength;
      if (splitter) this.take(splitter.add(decoder.decode(value, { stream: true })));
      this.soon();
      if (size > this.allowed) await this.pause();
    }
    if (splitter) this.take(splitter.end());
  }

  private async pause(): Promise<void> {
    this.show({ state: "paused", bytes: this.bytes() });
    await new Promise<void>((resolve) => (this.resume = resolve));
    this.resume = null;
    if (this.control.signal.aborted) throw new DOMException("The request was stopped.", "AbortError");
    this.show({ state: "coming" });
  }

  private take(items: Item[]): void {
    const { items: before, count } = this.answer;
    this.answer = { ...this.answer, items: [...(before ?? []), ...items].slice(-ITEMS), count: count + items.length };
  }

  private soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.show({ bytes: this.bytes() });
    }, PACE);
  }

  private end(state: Answer["state"], error = ""): void {
    clearTimeout(this.timer); // what is shown next is all
    this.show({ state, error, bytes: this.bytes() });
  }

  private show(now: Partial<Answer>): void {
    const isOver = ["done", "stopped", "failed"].includes(this.answer.state);
    const took = isOver ? this.answer.took : performance.now() - this.began;
    this.answer = { ...this.answer, took, ...now };
    this.changed(this.answer);
  }

  private bytes(): Uint8Array {
    const whole = new Uint8Array(this.parts.reduce((size, part) => size + part.byteLength, 0));
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }
}
