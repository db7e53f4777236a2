// What was sent before: again, and compared.
import { diffLines } from "diff/lib/diff/line.js";
import { useState } from "preact/hooks";
import { parsed, pretty } from "../core/json";
import { useShared } from "../core/shared";
import { colourOf, size } from "./answer";
import type { Answer } from "./exchange";
import { past, type Past } from "./past";

interface Props {
  label: string;
  current: Answer | null;
  resend(past: Past): void;
  takeUp(past: Past): void;
}

export function PastPanel({ label, current, resend, takeUp }: Props) {
  const [all] = useShared(past);
  const [compared, compare] = useState<number | null>(null);
  const kept = all[label] ?? [];
  if (!kept.length) return null;
  const other = kept.find((each) => each.number === compared);
  return (
    <details class="part past">
      <summary>History ({kept.length})</summary>
      <table>
        <tbody>
          {kept.map((each) => (
            <tr key={each.number}>
              <td class="dim">{each.number}</td>
              <td class="dim">{each.at.toLocaleTimeString()}</td>
              <td>
                {each.answer.status ? <b class={colourOf(each.answer.status)}>{each.answer.status}</b> : <span class="bad">—</span>}
              </td>
              <td class="dim">{Math.round(each.answer.took)} ms</td>
              <td class="dim">{size(each.answer.bytes.length)}</td>
              <td>
                <button type="button" class="button quiet" onClick={() => resend(each)} aria-label={`Resend ${each.number}`}>Resend</button>
                <button type="button" class="button quiet" onClick={() => takeUp(each)} aria-label={`Fill in ${each.number}`}>Fill in</button>
                {current && current.status > 0 && (
                  <button
                    type="button"
                    class="button quiet"
                    aria-pressed={compared === each.number}
                    aria-label={`Compare with ${each.number}`}
                    onClick={() => compare(compared === each.number ? null : each.number)}
                  >
                    Compare
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {other && current && <Difference before={other.answer} after={current} number={other.number} />}
    </details>
  );
}

function Difference({ before, after, number }: { before: Answer; after: Answer; number: number }) {
  const lines = differences(told(before), told(after));
  return (
    <div class="difference" role="region" aria-label={`From response ${number} to the one shown`} tabIndex={0}>
      {lines.every(([sign]) => sign === " ") ? (
        <p class="dim">The same as response {number}.</p>
      ) : (
        <pre>{lines.map(([sign, text]) => <span class={{ "+": "good", "-": "bad", " ": "dim" }[sign]}>{`${sign} ${text}\n`}</span>)}</pre>
      )}
    </div>
  );
}

/** Lines of two texts: only in the first (-), only in the second (+), in both. */
export function differences(before: string, after: string): ["+" | "-" | " ", string][] {
  // Two that have nothing in common take longest to compare, and say nothing.
  const found = diffLines(before, after, { timeout: 500 });
  const parts = found ?? [{ removed: true, added: false, value: before }, { removed: false, added: true, value: after }];
  return parts.flatMap(({ added, removed, value }) =>
    value.replace(/\n$/, "").split("\n").map((line): ["+" | "-" | " ", string] => [added ? "+" : removed ? "-" : " ", line]),
  );
}

function told(answer: Answer): string {
  const text = new TextDecoder().decode(answer.bytes);
  const document = parsed(text);
  return `${answer.status} ${answer.reason}\n${document === undefined ? text : pretty(document)}\n`;
}
