// WebSockets that the kernel opens for the page.
import { bytesOf, freshId, listen, tell, type Model, type Said } from "./model";

const ACKNOWLEDGED = 1 << 20;

export type Frame = string | Uint8Array;

export interface SocketHandlers {
  opened(protocol: string): void;
  /** Frames come in batches. */
  frames(frames: Frame[]): void;
  closed(code: number, reason: string): void;
  failed(text: string): void;
}

export interface SocketRequest {
  url: string;
  protocols: string[];
  headers: [string, string][];
}

/** A WebSocket to the server, by way of the kernel. */
export class BridgeSocket {
  private readonly id = freshId();
  private readonly stop: () => void;
  private unread = 0;
  /** Whether nothing more comes of it. */
  isOver = false;

  constructor(
    private readonly model: Model,
    request: SocketRequest,
    private readonly handlers: SocketHandlers,
  ) {
    this.stop = listen(model, this.id, (said, buffers) => this.heard(said, buffers));
    this.tell({ type: "ws-open", ...request });
  }

  send(frame: Frame): void {
    if (typeof frame === "string") this.tell({ type: "ws-send", text: frame });
    else this.tell({ type: "ws-send" }, new Uint8Array(frame).buffer);
  }

  /** Begin to close; `closed` is called when the other side has agreed. */
  close(code = 1000, reason = ""): void {
    this.tell({ type: "ws-close", code, reason });
  }

  /** Break off, and hear nothing any more. */
  abort(): void {
    if (this.isOver) return;
    this.end();
    try {
      tell(this.model, { type: "abort", id: this.id });
    } catch {
      // A kernel that is gone has closed it.
    }
  }

  private tell(said: { type: string; [field: string]: unknown }, ...bodies: ArrayBuffer[]): void {
    try {
      tell(this.model, { ...said, id: this.id }, ...bodies);
    } catch (error) {
      this.end();
      this.handlers.failed((error as Error).message);
    }
  }

  private heard(said: Said, buffers: DataView[]): void {
    switch (said.type) {
      case "ws-opened":
        return this.handlers.opened(said.protocol);
      case "ws-frames":
        return this.frames(said, buffers);
      case "ws-closed":
        this.end();
        return this.handlers.closed(said.code, said.reason);
      case "error":
        this.end();
        return this.handlers.failed(said.text);
    }
  }

  private frames(said: Said, buffers: DataView[]): void {
    const left = [...buffers];
    this.handlers.frames(said.frames.map((each: { text?: string }) => each.text ?? bytesOf(left.shift()!)));
    this.unread += said.size;
    if (this.unread < ACKNOWLEDGED) return;
    this.tell({ type: "credit", bytes: this.unread });
    this.unread = 0;
  }

  private end(): void {
    this.isOver = true;
    this.stop();
  }
}
