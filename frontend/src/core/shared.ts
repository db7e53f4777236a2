// What all widgets of a page share, in memory only: nothing of it is saved with the notebook.
import { useEffect, useState } from "preact/hooks";

export class Shared<T> {
  private readonly heard = new Set<() => void>();

  constructor(private value: T) {}

  get(): T {
    return this.value;
  }

  set(value: T): void {
    this.value = value;
    for (const each of this.heard) each();
  }

  listen(changed: () => void): () => void {
    this.heard.add(changed);
    return () => this.heard.delete(changed);
  }
}

/** What is shared, and what changes it; the panel is drawn anew when somebody does. */
export function useShared<T>(shared: Shared<T>): [T, (value: T) => void] {
  const [, draw] = useState(0);
  useEffect(() => shared.listen(() => draw((count) => count + 1)), [shared]);
  return [shared.get(), (value) => shared.set(value)];
}
