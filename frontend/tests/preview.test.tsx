// Untrusted bodies, at each place where they are shown.
import { render } from "preact";
import { expect, test, vi } from "vitest";
import { nameOf } from "../src/try/answer";
import { harmless, Preview } from "../src/parts/preview";
import { Tree } from "../src/parts/tree";

const CANARY = `<img src=x onerror="window.canary=1"><script>window.canary=1</script>`;

function shown(content: any): HTMLElement {
  const place = document.createElement("div");
  document.body.append(place);
  render(content, place);
  return place;
}

const bytes = (text: string) => new TextEncoder().encode(text);

test.each(["text/plain", "application/json", "application/xml", "text/css"])("%s is text, not markup", (media) => {
  const body = media.includes("json") ? JSON.stringify({ [CANARY]: CANARY }) : CANARY;
  const place = shown(<Preview bytes={bytes(body)} media={media} />);
  expect(place.querySelector("img, script")).toBeNull();
  expect(place.textContent).toContain("onerror");
});

test("a page stands in a frame that runs nothing", () => {
  const frame = shown(<Preview bytes={bytes(CANARY)} media="text/html" />).querySelector("iframe")!;
  expect(frame.getAttribute("sandbox")).toBe("");
  expect(frame.getAttribute("srcdoc")).toMatch(/^<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'/);
});

test.each([
  ['<a href="https://x.example/">a</a>', "x.example"],
  ['<a href="javascript:alert(1)">a</a>', "javascript:"],
  ['<svg><a xlink:href="https://x.example/">a</a></svg>', "x.example"],
  ['<form action="https://x.example/"><button formaction="//x.example">b</button></form>', "x.example"],
  ['<meta http-equiv="refresh" content="0;url=https://x.example/">', "x.example"],
  ['<base href="https://x.example/">', "x.example"],
  ['<iframe srcdoc="x.example"></iframe>', "x.example"],
  ['<p onclick="a()">b</p>', "onclick"],
])("nothing leads away: %s", (page, trace) => expect(harmless(page)).not.toContain(trace));

test("what leads inside the page stays", () => {
  expect(harmless('<a href="#part">a</a>')).toContain('href="#part"');
});

test("a long list is drawn a hundred at a time", async () => {
  const place = shown(<Tree value={Array.from({ length: 250 }, (_, i) => i)} />);
  expect(place.querySelectorAll("li").length).toBe(101);
  place.querySelector("button")!.click();
  await vi.waitFor(() => expect(place.querySelectorAll("li").length).toBe(201));
});

test.each([
  ['attachment; filename="../../a b.csv"', "_.._a b.csv"],
  ["attachment; filename=.bashrc", "bashrc"],
  ["", "items.json"],
])("a saved file has a name, not a path: %s", (disposition, name) => {
  const answer: any = { headers: [["content-disposition", disposition]], media: "application/json", request: { url: "http://h/a/items" } };
  expect(nameOf(answer)).toBe(name);
});
