// The buttons of cards: one widget for all cards of a notebook, which is never shown itself.
import { furnish } from "../card/buttons";
import { followCards } from "../card/find";
import type { Render } from "../card/open";
import { greet } from "../core/enter";
import type { Model } from "../core/model";

export function beginCards(model: Model, draw: Render): () => void {
  return followCards(model.get("page"), (card) => furnish(card, model, draw), () => greet(model));
}
