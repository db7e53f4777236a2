// Requests that the kernel sends for the page: no port has to be open to the browser.
import { bytesOf, freshId, listen, tell, type Model, type Said } from "./model";

/** Bytes that are acknowledged at once, and that may lie unread; the kernel stops at 4 MB. */
const ACKNOWLEDGED = 1 << 20;

export interface BridgeRequest {
  method: string;
  url: string;
  headers: Record<string, string> | [string, string][];
  body?: BodyInit | null;
  signal?: AbortSignal;
  /** What the kernel calls the exchange when it tells more of it. */
  id?: string;
}

/** As much of a Response as programs read; a real one hides Set-Cookie and refuses 1xx. */
export interface ResponseLike {
  ok: boolean;
  status: number;
  statusText: string;
  url: string;
  headers: { get(name: string): string | null; entries(): IterableIterator<[string, string]> };
  /** The body as it comes. */
  body: ReadableStream<Uint8Array>;
}

/** Send a request by way of the kernel; resolves with the head of the response. */
export async function bridgeFetch(model: Model, request: BridgeRequest): Promise<ResponseLike> {
  // A Response encodes forms, files and strings, and says what content type that makes.
  const encoded = request.body == null ? null : new Response(request.body);
  const headers = Array.isArray(request.headers) ? [...request.headers] : Object.entries(request.headers);
  const type = encoded?.headers.get("content-type");
  if (type && !headers.some(([name]) => name.toLowerCase() === "content-type")) headers.push(["content-type", type]);
  const body = await encoded?.arrayBuffer();
  const { method, url, signal } = request;
  return new Promise((resolve, reject) => {
    const id = request.id ?? freshId();
    const said = { type: "http", id, method, url, headers };
    new Exchange(model, id, url, resolve, reject, signal).send(said, body);
  });
}

class Exchange {
  private stream!: ReadableStreamDefaultController<Uint8Array>;
  private readonly stop: () => void;
  private received = 0;

  constructor(
    private readonly model: Model,
    private readonly id: string,
    private readonly url: string,
    private readonly resolve: (response: ResponseLike) => void,
    private readonly reject: (error: Error) => void,
    private readonly signal?: AbortSignal,
  ) {
    this.stop = listen(model, id, (said, buffers) => this.heard(said, buffers));
  }

  send(said: Said, body?: ArrayBuffer): void {
    if (this.signal?.aborted) return this.abort();
    this.signal?.addEventListener("abort", this.abort);
    try {
      tell(this.model, said, ...(body ? [body] : []));
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private heard(said: Said, buffers: DataView[]): void {
    if (said.type === "head") this.resolve(this.response(said));
    if (said.type === "chunk") this.chunk(bytesOf(buffers[0]!));
    if (said.type === "end") {
      this.leave();
      this.stream.close();
    }
    if (said.type === "error") this.fail(new Error(said.text));
  }

  private chunk(bytes: Uint8Array): void {
    this.stream.enqueue(bytes);
    this.received += bytes.byteLength;
    if (this.stream.desiredSize! > 0) this.acknowledge();
  }

  /** Tell how much has come, when the reader keeps up: else the endpoint has to wait. */
  private readonly acknowledge = (): void => {
    if (this.received < ACKNOWLEDGED) return;
    tell(this.model, { type: "credit", id: this.id, bytes: this.received });
    this.received = 0;
  };

  private readonly abort = (): void => {
    try {
      tell(this.model, { type: "abort", id: this.id });
    } catch {
      // A kernel that is gone has stopped sending.
    }
    this.fail(new DOMException("The request was stopped.", "AbortError"));
  };

  private fail(error: Error): void {
    this.leave();
    this.reject(error); // does nothing once the head is there
    this.stream?.error(error);
  }

  private leave(): void {
    this.stop();
    this.signal?.removeEventListener("abort", this.abort);
  }

  private response(head: Said): ResponseLike {
    const pairs: [string, string][] = head.headers;
    const values = new Map<string, string>();
    for (const [name, value] of pairs) {
      const before = values.get(name);
      values.set(name, before === undefined ? value : `${before}, ${value}`);
    }
    return {
      ok: head.status >= 200 && head.status < 300,
      status: head.status,
      statusText: head.reason,
      url: this.url,
      headers: {
        get: (name) => values.get(name.toLowerCase()) ?? null,
        entries: () => values.entries(),
      },
      body: new ReadableStream<Uint8Array>(
        { start: (stream) => void (this.stream = stream), pull: this.acknowledge, cancel: this.abort },
        { highWaterMark: ACKNOWLEDGED, size: (chunk) => chunk.byteLength },
      ),
    };
  }
}
