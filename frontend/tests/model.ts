// The wire, faked: what a widget's model is to a panel.
import type { Model } from "../src/core/model";

type Heard = (...what: any[]) => void;

export class FakeModel implements Model {
  readonly said: any[] = [];
  readonly buffers: (ArrayBuffer[] | undefined)[] = [];
  private readonly heard = new Map<string, Set<Heard>>();

  constructor(private readonly traits: Record<string, unknown>) {}

  get(trait: string): any {
    return this.traits[trait];
  }

  set(trait: string, value: unknown): void {
    this.traits[trait] = value;
    this.emit(`change:${trait}`);
  }

  on(event: string, heard: Heard): void {
    if (!this.heard.has(event)) this.heard.set(event, new Set());
    this.heard.get(event)!.add(heard);
  }

  off(event: string, heard: Heard): void {
    this.heard.get(event)?.delete(heard);
  }

  send(content: unknown, _: unknown, buffers?: ArrayBuffer[]): void {
    this.said.push(content);
    this.buffers.push(buffers);
  }

  /** The kernel says something. */
  hear(content: object, text?: string): void {
    const buffers = text === undefined ? [] : [new DataView(new TextEncoder().encode(text).buffer)];
    this.emit("msg:custom", content, buffers);
  }

  last(type: string): any {
    return [...this.said].reverse().find((each) => each.type === type);
  }

  private emit(event: string, ...what: any[]): void {
    for (const each of [...(this.heard.get(event) ?? [])]) each(...what);
  }
}
