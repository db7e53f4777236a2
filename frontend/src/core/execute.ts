// Code that the kernel runs for a panel, with somebody there who can be asked for a line of input.
//
// A comm has no such way. JupyterLab's and Notebook's own widgets know the kernel they belong to;
// elsewhere a person writes the code into a cell.
import type { Model } from "./model";

export interface Listener {
  /** What was printed or shown, as text. */
  said(text: string): void;
  /** The kernel waits for a line. prompt: what it asks. */
  asked(prompt: string): void;
  ended(): void;
}

export interface Running {
  /** Answer what was asked. */
  answer(line: string): void;
}

/** What there is of the kernel in this front end; null where its widgets do not know it. */
export function kernelOf(model: Model): any {
  const kernel = (model as any).widget_manager?.kernel;
  return typeof kernel?.requestExecute === "function" ? kernel : null;
}

/** Run code beside the notebook's cells: it has no number, and is none of the history. */
export function execute(kernel: any, code: string, listener: Listener): Running {
  const future = kernel.requestExecute({ code, silent: true, store_history: false, allow_stdin: true }, false);
  let asking: any = null;
  future.onIOPub = ({ header, content }: any) => {
    const text = textOf(header.msg_type, content);
    if (text) listener.said(text.replace(COLOURS, ""));
  };
  future.onStdin = (message: any) => {
    asking = message.header;
    listener.asked(String(message.content.prompt).replace(COLOURS, ""));
  };
  future.done.then(listener.ended, listener.ended);
  return {
    answer(line) {
      if (!asking) return;
      const header = asking;
      asking = null;
      future.sendInputReply({ status: "ok", value: line }, header);
    },
  };
}

/** Escape sequences of a terminal (ECMA-48, section 8.3.117), which a page has no use for. */
const COLOURS = /\x1b\[[0-9;]*m/g;

function textOf(kind: string, content: any): string {
  if (kind === "stream") return String(content.text);
  if (kind === "display_data" || kind === "execute_result") return `${content.data["text/plain"] ?? ""}\n`;
  if (kind === "error") return `${content.ename}: ${content.evalue}\n`;
  return "";
}
