// What a body looks like. It is untrusted: pages stand in a frame that runs nothing and loads
// nothing, pictures are pictures only, everything else is text.
import { useEffect, useMemo, useState } from "preact/hooks";
import { parsed } from "../core/json";
import { Tree } from "./tree";

/** Characters of a text that are shown; the whole can be saved. */
const MOST = 200_000;

export const PREVIEW_STYLES = `
.preview iframe { width: 100%; height: 320px; border: 1px solid var(--rule); border-radius: 4px; background: #fff; }
.preview img { max-width: 100%; max-height: 420px; border-radius: 4px; background:
  repeating-conic-gradient(#ddd 0 25%, #fff 0 50%) 0 0 / 16px 16px; }
.preview .choice { display: flex; gap: 4px; margin-bottom: 4px; }
`;

export function Preview({ bytes, media }: { bytes: Uint8Array; media: string }) {
  const kind = kindOf(media);
  if (!bytes.length) return <p class="dim">No body.</p>;
  if (kind === "picture") return <Picture bytes={bytes} media={media} />;
  if (kind === "bytes") return <p class="dim">{media || "Unknown type"}: bytes that are no text. Save them to look at them.</p>;
  return <TextPreview bytes={bytes} kind={kind} />;
}

function TextPreview({ bytes, kind }: { bytes: Uint8Array; kind: "json" | "page" | "text" }) {
  const text = useMemo(() => new TextDecoder().decode(bytes), [bytes]);
  const document = useMemo(() => (kind === "json" ? parsed(text) : undefined), [text, kind]);
  const [isRaw, setRaw] = useState(false);
  const [first, second] = kind === "page" ? ["Page", "Source"] : ["Tree", "Text"];
  const hasTwo = kind === "page" || document !== undefined;
  return (
    <div class="preview">
      {hasTwo && (
        <div class="choice" role="group" aria-label="How the body is shown">
          {[first, second].map((name, raw) => (
            <button type="button" class="button quiet" aria-pressed={isRaw === Boolean(raw)} onClick={() => setRaw(Boolean(raw))}>
              {name}
            </button>
          ))}
        </div>
      )}
      {isRaw || !hasTwo ? <Text text={text} /> : kind === "page" ? <Page text={text} /> : <Tree value={document!} />}
    </div>
  );
}

export function Text({ text }: { text: string }) {
  const [most, setMost] = useState(MOST);
  return (
    <>
      <pre>{text.slice(0, most)}</pre>
      {text.length > most && (
        <button type="button" class="button quiet" onClick={() => setMost(most * 4)}>
          {(text.length - most).toLocaleString("en")} more characters
        </button>
      )}
    </>
  );
}

function Picture({ bytes, media }: { bytes: Uint8Array; media: string }) {
  const url = useUrl(bytes, media);
  return <div class="preview">{url && <img src={url} alt={`The response, ${media}`} />}</div>;
}

/** A URL of this page for some bytes. */
export function useUrl(bytes: Uint8Array, media: string): string {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes as BlobPart], { type: media }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, media]);
  return url;
}

// `sandbox=""` runs nothing; the policy loads nothing; a link could still lead the frame away.
const POLICY =
  `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; ` +
  `style-src 'unsafe-inline'; font-src data:">`;

function Page({ text }: { text: string }) {
  const page = useMemo(() => harmless(text), [text]);
  return <iframe sandbox="" title="The page of the response" srcdoc={page} />;
}

/** A page without what leads elsewhere. */
export function harmless(text: string): string {
  // A document that is parsed so runs no script and loads nothing.
  const made = new DOMParser().parseFromString(text, "text/html");
  for (const each of made.querySelectorAll("base, meta[http-equiv], link, script, object, embed, iframe, frame")) each.remove();
  for (const each of made.querySelectorAll("*")) {
    for (const { name, value } of [...each.attributes]) {
      const leads = /(^|:)href$|^(action|formaction|ping|target|background)$/.test(name) && !value.startsWith("#");
      if (leads || name.startsWith("on")) each.removeAttribute(name);
    }
  }
  return `<!doctype html>${POLICY}${made.documentElement.outerHTML}`;
}

export function kindOf(media: string): "json" | "page" | "picture" | "text" | "bytes" {
  if (/[/+]json$/.test(media)) return "json";
  if (media === "text/html" || media === "application/xhtml+xml") return "page";
  if (media.startsWith("image/")) return "picture";
  const isText = media.startsWith("text/") || /xml|javascript|yaml|x-www-form-urlencoded|graphql|jsonl|ndjson/.test(media);
  return isText ? "text" : "bytes";
}
