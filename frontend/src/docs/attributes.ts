// Attributes without which not everybody can use what others have drawn.

/** An attribute that what a selector finds is given: selector, name, value. */
export type Fix = readonly [string, string, string];

/** Give attributes, now and whenever there is more; returns what ends it. */
export function mend(root: Node & ParentNode, fixes: readonly Fix[]): () => void {
  const all = () => {
    for (const [selector, name, value] of fixes)
      for (const each of root.querySelectorAll(selector))
        if (each.getAttribute(name) !== value) each.setAttribute(name, value);
  };
  const observer = new MutationObserver(all);
  const attributeFilter = [...new Set(fixes.map(([, name]) => name))];
  observer.observe(root, { childList: true, subtree: true, attributeFilter });
  all();
  return () => observer.disconnect();
}

export const SWAGGER: readonly Fix[] = [
  ["textarea.body-param__text", "aria-label", "Request body"],
  [".close-modal", "aria-label", "Close"],
  // A name that is not what can be read cannot be spoken (WCAG 2.2, 2.5.3).
  ['[aria-label="Apply given OAuth2 credentials"]', "aria-label", "Authorize: apply given OAuth2 credentials"],
  ['[aria-label="Apply credentials"]', "aria-label", "Authorize: apply credentials"],
  ['[aria-label="Remove authorization"]', "aria-label", "Logout: remove authorization"],
];

export const REDOC: readonly Fix[] = [
  // Items of a menu stand in one, those below another item too.
  [".menu-content ul ul", "role", "menu"],
];
