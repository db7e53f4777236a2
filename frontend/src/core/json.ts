// JSON without loss: numbers that JavaScript cannot hold stay as they were written.

/** A number as it was written, where JavaScript's would be another. */
export class Exact {
  constructor(readonly source: string) {}
}

export type Json = null | boolean | number | string | Exact | Json[] | { [name: string]: Json };

const TOKEN = /"(?:[^"\\]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Read a document. Throws SyntaxError. */
export function parse(text: string): Json {
  // A marker that no text holds by chance tells the numbers that are kept as text from strings.
  const mark = `${Math.random().toString(36)}${Math.random().toString(36)}:`;
  const marked = text.replace(TOKEN, (token) => {
    const isSame = token[0] === '"' || String(Number(token)) === token;
    return isSame ? token : `"${mark}${token}"`;
  });
  if (marked.length === text.length) return JSON.parse(text);
  return JSON.parse(marked, (_, value) =>
    typeof value === "string" && value.startsWith(mark) ? new Exact(value.slice(mark.length)) : value,
  );
}

/** A document, or undefined for a text that is none. */
export function parsed(text: string): Json | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** A scalar as JSON has it. */
export function written(value: null | boolean | number | string | Exact): string {
  return value instanceof Exact ? value.source : JSON.stringify(value);
}

export const isBranch = (value: Json): value is Json[] | { [name: string]: Json } =>
  typeof value === "object" && value !== null && !(value instanceof Exact);

/** A document with a line for each value. */
export function pretty(value: Json, indent = ""): string {
  if (!isBranch(value)) return written(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Array.isArray(value)
    ? value.map((each) => pretty(each, inner))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${pretty(each, inner)}`);
  return parts.length ? `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}` : `${open}${close}`;
}
