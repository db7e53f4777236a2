// The cards of a page. They are static HTML in outputs, which come and go without telling anybody.

export interface Card {
  place: HTMLElement;
  lines: Line[];
}

/** One line of a card. tried: what a request can be sent to; empty where there is none. */
export interface Line {
  place: HTMLElement;
  what: string;
  tried: string;
}

// By all kernels of the page: a card has one set of buttons.
const KEY = Symbol.for("notebookapi.cards");
const page = globalThis as unknown as Record<symbol, WeakSet<Element> | undefined>;

/** Call `found` with each card of a session, those to come included; what it returns ends one.
 *
 * name: the class of the session's cards; empty where nothing tells which these are.
 */
export function followCards(name: string, found: (card: Card) => () => void): () => void {
  const taken = (page[KEY] ??= new WeakSet());
  const ends = new Map<Element, () => void>();
  const all = document.getElementsByClassName("nbapi-card"); // live: looking costs nothing
  let frame = 0;
  const look = () => {
    frame = 0;
    for (const [place, end] of ends) {
      if (place.isConnected) continue;
      ends.delete(place);
      taken.delete(place);
      end();
    }
    for (const place of all) {
      if (taken.has(place) || (name && !place.classList.contains(name))) continue;
      taken.add(place);
      ends.set(place, found(read(place as HTMLElement)));
    }
  };
  const observer = new MutationObserver(() => (frame ||= requestAnimationFrame(look)));
  observer.observe(document.body, { childList: true, subtree: true });
  look();
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    for (const [place, end] of ends) {
      taken.delete(place);
      end();
    }
  };
}

function read(place: HTMLElement): Card {
  const whats = [...place.querySelectorAll<HTMLElement>(".nbapi-what")];
  return { place, lines: whats.map((each) => ({ place: each, what: each.textContent ?? "", tried: each.title })) };
}
