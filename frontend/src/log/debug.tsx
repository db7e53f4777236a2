// A debugger needs somebody to type, which the kernel allows in a cell only.
import { useState } from "preact/hooks";
import type { Model } from "../core/model";

export function Debug({ number }: { model: Model; number: number }) {
  const [said, say] = useState("");
  const command = `%api debug ${number}`;
  const copy = () =>
    navigator.clipboard.writeText(command).then(
      () => say("Copied: run it in a cell."),
      () => say("Write it in a cell."),
    );
  return (
    <p class="debug" role="status">
      <code class="mono">{command}</code> opens a debugger at these frames.{" "}
      <button type="button" class="button" onClick={copy}>Copy</button> <span class="dim">{said}</span>
    </p>
  );
}
