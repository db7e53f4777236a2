// The rows of the log as they come: the latest thousand, drawn once a frame however many come.
import { ask, listen, type Model } from "../core/model";

export interface Row {
  number: number;
  time: string;
  method: string;
  path: string;
  status: number | null;
  /** Seconds; so far while it is open. */
  duration: number;
  cell: string;
  cellId: string | null;
  endpoint: string;
  /** In one line; empty where it went well. */
  failure: string;
  isOpen: boolean;
}

export const MOST = 1000;

export class Feed {
  /** The rows that are kept, the oldest first; another array after each change. */
  rows: Row[] = [];
  /** Why nothing comes. */
  trouble = "";
  private readonly kept = new Map<number, Row>();
  private readonly heard = new Set<() => void>();
  private readonly stop: () => void;
  private frame = 0;

  constructor(private readonly model: Model) {
    this.stop = listen(model, "log", (said) => {
      if (said.type === "rows") this.add(said.rows);
      if (said.type === "cleared") this.clear();
    });
    void this.begin();
  }

  add(rows: Row[]): void {
    // One that is there already keeps its place.
    for (const row of rows) this.kept.set(row.number, row);
    for (const number of this.kept.keys()) {
      if (this.kept.size <= MOST) break;
      this.kept.delete(number);
    }
    this.draw();
  }

  clear(): void {
    this.kept.clear();
    this.draw();
  }

  row(number: number): Row | undefined {
    return this.kept.get(number);
  }

  listen(changed: () => void): () => void {
    this.heard.add(changed);
    return () => this.heard.delete(changed);
  }

  close(): void {
    this.stop();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  fail(error: Error): void {
    this.trouble = error.message;
    this.draw();
  }

  private async begin(): Promise<void> {
    try {
      const { rows } = await ask(this.model, { type: "follow" });
      // What came meanwhile is newer than what was asked for.
      const newer = [...this.kept.values()];
      this.kept.clear();
      this.add([...rows, ...newer]);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private draw(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.rows = [...this.kept.values()];
      for (const each of this.heard) each();
    });
  }
}

/** Whether a request failed: it raised, its status is 500 or more, or there was no answer. */
export const isFailed = (row: Row): boolean =>
  row.failure !== "" || (row.status ?? 0) >= 500 || (row.status === null && !row.isOpen);

/** Whether a row has all the words of a filter. "5xx" is a class of status; "-word" must be absent. */
export function fits(row: Row, words: string[]): boolean {
  const status = row.status === null ? "" : String(row.status);
  const text = `${row.number} ${row.method} ${row.path} ${row.endpoint} ${row.cell} ${row.failure} ${status}`.toLowerCase();
  return words.every((word) => {
    const isWithout = word.length > 1 && word.startsWith("-");
    const wanted = isWithout ? word.slice(1) : word;
    const found = /^[1-5]xx$/.test(wanted) ? status.startsWith(wanted[0]!) : text.includes(wanted);
    return found !== isWithout;
  });
}

export const wordsOf = (filter: string): string[] => filter.toLowerCase().split(/\s+/).filter(Boolean);
