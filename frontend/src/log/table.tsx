// The rows that can be seen, of however many there are.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { colourOf } from "../try/answer";
import { CellLink } from "./cells";
import { isFailed, type Row } from "./feed";
import { duration } from "./words";

/** Pixels; the styles say the same. */
export const ROW = 26;
const HEAD = 25;
const MOST_VISIBLE = 13;
/** Rows that are drawn beyond the edges. */
const SPARE = 4;
const HEADS = ["ID", "Time", "Method", "Path", "Status", "Took", "Cell", "Endpoint"];

interface Props {
  rows: Row[];
  opened: number | null;
  open(number: number | null): void;
}

export function Table({ rows, opened, open }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [active, setActive] = useState<number | null>(null);
  const { isFollowing, follow, scrolled } = useAnchor(box, rows, setTop);
  const height = Math.min(Math.max(rows.length, 3), MOST_VISIBLE) * ROW;
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const drawn = rows.slice(first, first + Math.ceil(height / ROW) + 2 * SPARE);
  const at = rows.findIndex((row) => row.number === active);

  const go = (index: number) => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (!row) return;
    setActive(row.number);
    reveal(box.current!, rows.indexOf(row));
  };
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, () => void> = {
      ArrowDown: () => go(at < 0 ? rows.length - 1 : at + 1),
      ArrowUp: () => go(at < 0 ? rows.length - 1 : at - 1),
      PageDown: () => go(at + MOST_VISIBLE - 1),
      PageUp: () => go(at < 0 ? rows.length - MOST_VISIBLE : at - MOST_VISIBLE + 1),
      Home: () => go(0),
      End: () => (go(rows.length - 1), follow()),
      Enter: () => active !== null && open(active),
      Escape: () => open(null),
    };
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  };
  return (
    <div class="around">
      <div
        class="rows"
        ref={box}
        role="grid"
        tabIndex={0}
        aria-label="Requests"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={at >= first && at < first + drawn.length ? `row-${active}` : undefined}
        style={{ height: `${height + HEAD}px` }}
        onScroll={scrolled}
        onKeyDown={press}
      >
        <div role="row" class="line heads" aria-rowindex={1}>
          {HEADS.map((head) => <div role="columnheader" class={head.toLowerCase()} key={head}>{head}</div>)}
        </div>
        <div role="rowgroup" class="space" style={{ height: `${rows.length * ROW}px` }}>
          {drawn.map((row, index) => (
            <Line
              key={index} // by its place: the nodes stay, and their texts change
              row={row}
              index={first + index}
              isActive={row.number === active}
              isOpened={row.number === opened}
              choose={() => (setActive(row.number), open(row.number === opened ? null : row.number))}
            />
          ))}
        </div>
      </div>
      {!isFollowing && <button type="button" class="button latest" onClick={follow}>↓ Latest</button>}
    </div>
  );
}

interface LineProps {
  row: Row;
  index: number;
  isActive: boolean;
  isOpened: boolean;
  choose(): void;
}

function Line({ row, index, isActive, isOpened, choose }: LineProps) {
  const classes = `line${isActive ? " active" : ""}${isOpened ? " opened" : ""}${isFailed(row) ? " failed" : ""}`;
  return (
    <div
      role="row"
      id={`row-${row.number}`}
      class={classes}
      aria-rowindex={index + 2}
      aria-selected={isOpened}
      style={{ top: `${index * ROW}px` }}
      onClick={choose}
    >
      <div role="gridcell" class="id dim">{row.number}</div>
      <div role="gridcell" class="time dim">{row.time}</div>
      <div role="gridcell" class="method">{row.method}</div>
      <div role="gridcell" class="path" title={row.failure || row.path}>
        <b>{row.path}</b>
        {row.failure && <span class="bad"> {row.failure}</span>}
      </div>
      <div role="gridcell" class="status"><Status row={row} /></div>
      <div role="gridcell" class="took">{row.isOpen ? "…" : duration(row.duration)}</div>
      <div role="gridcell" class="cell"><CellLink name={row.cell} cellId={row.cellId} /></div>
      <div role="gridcell" class="endpoint">{row.endpoint}</div>
    </div>
  );
}

export function Status({ row }: { row: Row }) {
  if (row.status === null) return <span class="dim">{row.isOpen ? "open" : "—"}</span>;
  return <b class={colourOf(row.status)}>{row.status}</b>;
}

function reveal(box: HTMLElement, index: number): void {
  const before = index * ROW;
  const after = before + ROW - (box.clientHeight - HEAD);
  if (box.scrollTop > before) box.scrollTop = before;
  if (box.scrollTop < after) box.scrollTop = after;
}

/** Stay at the end while rows come, unless the person has scrolled away: then stay at their row. */
function useAnchor(box: { current: HTMLDivElement | null }, rows: Row[], setTop: (top: number) => void) {
  const [isFollowing, setFollowing] = useState(true);
  const anchor = useRef({ number: -1, offset: 0 });
  const remember = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    const row = rows[Math.floor(scrollTop / ROW)];
    anchor.current = { number: row?.number ?? -1, offset: scrollTop % ROW };
    setTop(scrollTop);
    return scrollTop + clientHeight >= scrollHeight - ROW / 2;
  };
  useLayoutEffect(() => {
    const element = box.current!;
    const { number, offset } = anchor.current;
    if (isFollowing) element.scrollTop = element.scrollHeight;
    // Rows above have left: without this the others would slide by under the eyes.
    else element.scrollTop = Math.max(0, rows.findIndex((row) => row.number >= number)) * ROW + offset;
    remember();
  }, [rows, isFollowing]);
  return {
    isFollowing,
    follow: () => setFollowing(true),
    scrolled: () => setFollowing(remember()),
  };
}
