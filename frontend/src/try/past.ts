// What was sent before, by operation; in this page's memory only.
import { Shared } from "../core/shared";
import type { Answer } from "./exchange";
import type { Typed } from "./request";

/** Requests that are kept of one operation, the latest. */
const MOST = 20;
/** Bytes of a response that are kept. */
const LARGEST = 512 * 1024;

export interface Past {
  number: number;
  at: Date;
  typed: Typed;
  media: string;
  answer: Answer;
}

const KEY = Symbol.for("notebookapi.past");
const page = globalThis as unknown as Record<symbol, Shared<Record<string, Past[]>> | undefined>;

/** The latest first, by "GET /items/{id}". */
export const past = (page[KEY] ??= new Shared<Record<string, Past[]>>({}));

export function keep(label: string, typed: Typed, media: string, answer: Answer): void {
  const before = past.get()[label] ?? [];
  const number = (before[0]?.number ?? 0) + 1;
  const kept = answer.bytes.length > LARGEST ? { ...answer, bytes: answer.bytes.slice(0, LARGEST) } : answer;
  past.set({ ...past.get(), [label]: [{ number, at: new Date(), typed, media, answer: kept }, ...before].slice(0, MOST) });
}
