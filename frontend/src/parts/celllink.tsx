// A link to a cell of the notebook that this page shows.

/** Whether the page scrolls to a cell by its address; elsewhere the name alone has to do. */
const canJump = (): boolean => document.body.dataset.jpThemeLight !== undefined;

export function CellLink({ name, id }: { name: string; id: string | null }) {
  if (!id || !/^[\w-]+$/.test(id) || !canJump()) return <>{name}</>;
  const hash = `#cell-id=${id}`;
  const jump = (event: Event) => {
    event.preventDefault();
    // The address that is there already would be no news to the page.
    history.replaceState(null, "", location.pathname + location.search);
    location.hash = hash;
  };
  return <a href={hash} onClick={jump}>{name}</a>;
}
