/** What widgets use of anywidget's model: traits, and custom messages over the comm. */
export interface Model {
  get(trait: string): any;
  on(event: string, heard: (...what: any[]) => void): void;
  off(event: string, heard: (...what: any[]) => void): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}

/** What the kernel says; which further fields there are depends on `type`. */
export interface Said {
  type: string;
  id: string;
  [field: string]: any;
}

export const KERNEL_GONE = "The kernel is gone: run this cell again.";

/** Send to the kernel. Throws an Error with KERNEL_GONE where nobody can hear. */
export function tell(model: Model, content: Said, ...bodies: ArrayBuffer[]): void {
  try {
    model.send(content, undefined, bodies.length ? bodies : undefined);
  } catch {
    throw new Error(KERNEL_GONE);
  }
}

/** Hear what the kernel says about one id; returns what stops that. */
export function listen(
  model: Model,
  id: string,
  heard: (said: Said, buffers: DataView[]) => void,
): () => void {
  const each = (said: Said, buffers: DataView[]) => {
    if (said?.id === id) heard(said, buffers ?? []);
  };
  model.on("msg:custom", each);
  return () => model.off("msg:custom", each);
}

/** Ask the kernel something; resolves with what it says. Rejects where nobody can hear. */
export function ask(model: Model, content: Omit<Said, "id">, ...bodies: ArrayBuffer[]): Promise<Said> {
  const id = freshId();
  return new Promise((resolve, reject) => {
    const stop = listen(model, id, (said) => {
      stop();
      resolve(said);
    });
    try {
      tell(model, { ...content, id } as Said, ...bodies);
    } catch (error) {
      stop();
      reject(error as Error);
    }
  });
}

let count = 0;

/** An id of this page, for one exchange. */
export const freshId = (): string => `${Date.now().toString(36)}-${(count += 1)}`;

export const bytesOf = (view: DataView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
