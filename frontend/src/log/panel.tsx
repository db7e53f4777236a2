// The log of requests, as they come.
import { useEffect, useMemo, useState } from "preact/hooks";
import { ask, type Model } from "../core/model";
import { DetailsPanel } from "./details";
import { Feed, fits, isFailed, wordsOf, type Row } from "./feed";
import { Table } from "./table";
import { count } from "./words";

export function LogPanel({ model }: { model: Model }) {
  const feed = useFeed(model);
  const [filter, setFilter] = useState("");
  const [onlyFailed, setOnlyFailed] = useState<boolean>(model.get("failed"));
  const [held, hold] = useState<Row[] | null>(null);
  const [opened, open] = useState<number | null>(null);
  const rows = held ?? feed.rows;
  const words = wordsOf(filter);
  const shown = useMemo(
    () => (words.length || onlyFailed ? rows.filter((row) => (!onlyFailed || isFailed(row)) && fits(row, words)) : rows),
    [rows, filter, onlyFailed],
  );
  const row = opened === null ? undefined : (feed.row(opened) ?? rows.find((each) => each.number === opened));
  const clear = () => {
    open(null);
    hold(null);
    ask(model, { type: "clear" }).catch((error) => feed.fail(error));
  };
  return (
    <div class="log">
      <div class="bar">
        <b>Requests</b>
        <input
          class="field filter"
          type="search"
          aria-label="Filter requests"
          placeholder="Filter: words, 5xx, -word"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <button type="button" class="button quiet" aria-pressed={onlyFailed} onClick={() => setOnlyFailed(!onlyFailed)}>
          Failed only
        </button>
        <Told feed={feed} shown={shown} rows={rows} held={held} />
        <button type="button" class="button" aria-pressed={held !== null} onClick={() => hold(held ? null : feed.rows)}>
          {held ? "Go on" : "Pause"}
        </button>
        <button type="button" class="button" title="Forget these requests, in api.log too" onClick={clear}>Clear</button>
      </div>
      {feed.trouble && <p class="bad trouble" role="alert">{feed.trouble}</p>}
      {shown.length > 0 ? <Table rows={shown} opened={opened} open={open} /> : <Nothing isEmpty={rows.length === 0} />}
      {row && <DetailsPanel model={model} row={row} close={() => open(null)} />}
    </div>
  );
}

function useFeed(model: Model): Feed {
  const feed = useMemo(() => new Feed(model), [model]);
  const [, draw] = useState(0);
  useEffect(() => {
    const stop = feed.listen(() => draw((times) => times + 1));
    draw((times) => times + 1); // rows may have come before this effect ran
    return () => {
      stop();
      feed.close();
    };
  }, [feed]);
  return feed;
}

function Told({ feed, shown, rows, held }: { feed: Feed; shown: Row[]; rows: Row[]; held: Row[] | null }) {
  const failed = rows.filter(isFailed).length;
  const last = held?.[held.length - 1]?.number ?? -1;
  const newer = held ? feed.rows.filter((row) => row.number > last).length : 0;
  const parts = [
    shown.length === rows.length ? count(rows.length, "request") : `${shown.length.toLocaleString("en")} of ${count(rows.length, "request")}`,
    failed > 0 && `${failed.toLocaleString("en")} failed`,
    held && `paused, ${newer.toLocaleString("en")} more since`,
  ];
  return <span class="grow">{parts.filter(Boolean).join(", ")}</span>;
}

function Nothing({ isEmpty }: { isEmpty: boolean }) {
  return (
    <p class="dim nothing">
      {isEmpty ? <>No requests yet. <code class="mono">api.get("/")</code> sends one; they appear here as they come.</> : "No request is like that."}
    </p>
  );
}
