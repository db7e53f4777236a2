// The server itself, in a tab of its own: the kernel tells where it is, and what lets a browser in.
import { ask, freshId, tell, type Model } from "./model";

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Tell the kernel the name that this page was opened under: a proxy passes requests on with it.
 *
 * Tells whether the kernel can hear: without one there is nobody to be let in by.
 */
export function greet(model: Model): boolean {
  try {
    tell(model, { type: "hello", id: freshId(), host: location.host });
    return true;
  } catch {
    return false;
  }
}

/** Open a tab. Throws an Error with what stands in the way. */
export async function openTab(model: Model): Promise<void> {
  const said = await ask(model, { type: "enter" });
  if (said.type === "error") throw new Error(said.text);
  const fragment = said.fragment ? `#${said.fragment}` : "";
  window.open(`${serverAt(said.port)}${said.path}${fragment}`, "_blank", "noopener");
}

/** Where the browser finds a port of the kernel's machine: a remote one by way of Jupyter's proxy. */
function serverAt(port: number): string {
  const config = document.getElementById("jupyter-config-data")?.textContent;
  if (!config || LOOPBACK.includes(location.hostname)) return `http://127.0.0.1:${port}`;
  return new URL(`${JSON.parse(config).baseUrl}proxy/${port}`, location.origin).href;
}
