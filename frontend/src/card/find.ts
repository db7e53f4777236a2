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

interface Follower {
  isAlive(): boolean;
  end(): void;
}

// By all kernels of the page: a card has one set of buttons.
const KEY = Symbol.for("notebookapi.followers");
const page = globalThis as unknown as Record<symbol, { taken: WeakSet<Element>; followers: Set<Follower> } | undefined>;

/** Call `found` with each card of a session, those to come included; what it returns ends one.
 *
 * name: the class of the session's cards; empty where nothing tells which these are. isAlive: whether
 * a button that is pressed is heard. After a restart of the kernel nobody tells the session before
 * that it is over: its cards go to the next one that begins.
 */
export function followCards(name: string, found: (card: Card) => () => void, isAlive: () => boolean): () => void {
  const { taken, followers } = (page[KEY] ??= { taken: new WeakSet(), followers: new Set() });
  for (const each of followers) if (!each.isAlive()) each.end();
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
  const follower = {
    isAlive,
    end: () => {
      followers.delete(follower);
      observer.disconnect();
      cancelAnimationFrame(frame);
      for (const [place, end] of ends) {
        taken.delete(place);
        end();
      }
      ends.clear();
    },
  };
  followers.add(follower);
  return follower.end;
}

function read(place: HTMLElement): Card {
  const whats = [...place.querySelectorAll<HTMLElement>(".nbapi-what")];
  return { place, lines: whats.map((each) => ({ place: each, what: each.textContent ?? "", tried: each.title })) };
}
