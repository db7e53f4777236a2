// Streams as they come: server-sent events (WHATWG HTML, section 9.2.6) and JSON lines.

/** One event of a stream, or one line of JSON. */
export interface Item {
  event: string;
  id: string;
  data: string;
}

export type Splitting = "events" | "lines";

export function splittingOf(media: string): Splitting | null {
  if (media === "text/event-stream") return "events";
  return /^application\/(jsonl|x-ndjson|ndjson|json-seq|jsonlines)$/.test(media) ? "lines" : null;
}

/** Cuts what comes into items; `end` gives what is left. */
export class Splitter {
  private rest = "";

  constructor(private readonly how: Splitting) {}

  add(text: string): Item[] {
    this.rest += text;
    const parts = this.rest.split(this.how === "events" ? /\r\n\r\n|\n\n|\r\r/ : /\r?\n/);
    this.rest = parts.pop() ?? "";
    return parts.flatMap((part) => this.item(part));
  }

  end(): Item[] {
    const [left, rest] = [this.rest, (this.rest = "")];
    // An event without the empty line after it is not dispatched; a last line needs none.
    return this.how === "events" ? [] : this.item(left || rest);
  }

  private item(part: string): Item[] {
    if (this.how === "lines") {
      const line = part.replace(/^\x1e/, ""); // RFC 7464: a sequence begins each text with it
      return line.trim() ? [{ event: "", id: "", data: line }] : [];
    }
    const item: Item = { event: "", id: "", data: "" };
    const data: string[] = [];
    for (const line of part.split(/\r\n|\n|\r/)) {
      const [, name, value] = /^([^:]*)(?::\x20?(.*))?$/s.exec(line) ?? [];
      if (name === "data") data.push(value ?? "");
      if (name === "event" || name === "id") item[name] = value ?? "";
    }
    return data.length ? [{ ...item, data: data.join("\n") }] : [];
  }
}
