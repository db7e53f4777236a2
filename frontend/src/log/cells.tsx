// Links to cells, where the page has such an address.

/** Lead the page to a cell: its router follows a fragment that changes. */
export function jump(cellId: string): void {
  // The same fragment a second time would be no change.
  history.replaceState(history.state, "", location.pathname + location.search);
  location.hash = `cell-id=${cellId}`;
}

/** A cell's name; a link where its id can be part of an address (VS Code's are URIs). */
export function CellLink({ name, cellId }: { name: string; cellId: string | null }) {
  if (!cellId || !/^[\w-]+$/.test(cellId)) return <>{name}</>;
  return (
    <a
      href={`#cell-id=${cellId}`}
      onClick={(event) => {
        event.preventDefault();
        event.stopPropagation();
        jump(cellId);
      }}
    >
      {name}
    </a>
  );
}

/** A text with the cells that it names as links. */
export function Linked({ text, links }: { text: string; links: Record<string, string> }) {
  const names = Object.keys(links).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!names.length) return <>{text}</>;
  const parts = text.split(new RegExp(`(${names.join("|")})`));
  return <>{parts.map((part) => (links[part] ? <CellLink name={part} cellId={links[part]!} /> : part))}</>;
}
