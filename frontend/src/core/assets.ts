// Heavy files come over the comm, compressed, once per page: a widget's `_esm` would be a copy in
// every instance, and no URL reaches the kernel from every front end.
import { bytesOf, freshId, listen, tell, type Model } from "./model";

const KEY = Symbol.for("notebookapi.assets");
const page = globalThis as unknown as Record<symbol, Map<string, Promise<any>> | undefined>;

function once<T>(key: string, make: () => Promise<T>): Promise<T> {
  const kept = (page[KEY] ??= new Map());
  let made = kept.get(key);
  if (!made) {
    made = make();
    kept.set(key, made);
    // What failed may be asked for again, by the cell that runs again.
    made.catch(() => kept.delete(key));
  }
  return made as Promise<T>;
}

/** The text of a file that the package ships. */
export function textOf(model: Model, name: string): Promise<string> {
  return once(`${model.get("version")}/${name}`, () => fetched(model, name));
}

/** A file of the package as a module. `wrap` turns its text into one. */
export function moduleOf(model: Model, name: string, wrap = (text: string) => text): Promise<any> {
  return once(`${model.get("version")}/${name} as a module`, async () => {
    const source = new Blob([wrap(await textOf(model, name))], { type: "text/javascript" });
    const url = URL.createObjectURL(source);
    try {
      return await import(/* @vite-ignore */ url);
    } finally {
      URL.revokeObjectURL(url);
    }
  });
}

function fetched(model: Model, name: string): Promise<string> {
  const id = freshId();
  return new Promise((resolve, reject) => {
    const stop = listen(model, id, (said, buffers) => {
      stop();
      if (said.type === "error") reject(new Error(said.text));
      else resolve(unpacked(bytesOf(buffers[0]!)));
    });
    try {
      tell(model, { type: "asset", id, name });
    } catch (error) {
      stop();
      reject(error);
    }
  });
}

function unpacked(bytes: Uint8Array): Promise<string> {
  const stream = new Blob([bytes as BlobPart]).stream();
  return new Response(stream.pipeThrough(new DecompressionStream("gzip"))).text();
}
