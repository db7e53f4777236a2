// What was typed -> a request.
import type { Secret } from "./auth";
import type { Field } from "./fields";
import { isForm, isJson, type Content, type Operation } from "./operation";

export interface Typed {
  /** By the field's key; files are kept apart, that of the whole body under "body". */
  values: Record<string, string>;
  files: Record<string, File[]>;
  body: string;
  /** Headers that the person adds. */
  headers: [string, string][];
}

export interface Part {
  name: string;
  value: string | File;
}

/** A request that is ready to go, and to be told as code. */
export interface Prepared {
  method: string;
  url: string;
  headers: [string, string][];
  secrets: Secret[];
  /** The body: text, a file as it is, the parts of a form, or nothing. */
  body: string | File | Part[] | null;
  media: string;
}

/** What must be there for a request to have an address: names of fields without a value. */
export function missing(fields: Field[], typed: Typed): string[] {
  return fields.filter((each) => each.in === "path" && !typed.values[each.key]).map((each) => each.key);
}

export function prepared(
  base: string,
  operation: Operation,
  fields: Field[],
  content: Content | undefined,
  typed: Typed,
  secrets: Secret[],
): Prepared {
  const of = (place: string) => fields.filter((each) => each.in === place);
  const pairs = (place: string) =>
    of(place).flatMap((field) => valuesOf(field, typed).map((value): [string, string] => [field.name, value]));
  let path = operation.path;
  for (const [name, value] of pairs("path")) path = path.replace(`{${name}}`, encodeURIComponent(value));
  const query = new URLSearchParams(pairs("query")).toString();
  const cookies = pairs("cookie").map(([name, value]) => `${name}=${value}`);
  const headers = [...pairs("header"), ...typed.headers.filter(([name]) => name.trim())];
  if (cookies.length) headers.push(["cookie", cookies.join("; ")]);
  const made = bodyOf(of("form"), content, typed);
  const isTold = headers.some(([name]) => name.toLowerCase() === "content-type");
  // The boundary of a multipart body is known when it is encoded.
  if (made !== null && !Array.isArray(made) && content && !isTold) headers.push(["content-type", mediaOf(content, made)]);
  const url = `${base}${path}${query ? `?${query}` : ""}`;
  return { method: operation.method, url, headers, secrets, body: made, media: content?.media ?? "" };
}

/** The address as it is sent, the secrets of the query included. */
export function address(request: Prepared, tell: (secret: Secret) => string): string {
  const secrets = request.secrets.filter((each) => each.in === "query");
  const more = secrets.map((each) => `${encodeURIComponent(each.name)}=${tell(each)}`).join("&");
  return more ? `${request.url}${request.url.includes("?") ? "&" : "?"}${more}` : request.url;
}

/** The headers as they are sent, those of secrets included. */
export function headersOf(request: Prepared, tell: (secret: Secret) => string): [string, string][] {
  const made = [...request.headers];
  const cookies: string[] = [];
  for (const each of request.secrets) {
    if (each.in === "header") made.push([each.name, `${each.prefix}${tell(each)}`]);
    if (each.in === "cookie") cookies.push(`${each.name}=${tell(each)}`);
  }
  if (!cookies.length) return made;
  // All cookies go in one header (RFC 6265, section 5.4).
  const isCookie = ([name]: [string, string]) => name.toLowerCase() === "cookie";
  const all = [...made.filter(isCookie).map(([, value]) => value), ...cookies].join("; ");
  return [...made.filter((each) => !isCookie(each)), ["cookie", all]];
}

/** The body as `fetch` takes it. */
export function encoded(request: Prepared): BodyInit | null {
  if (!Array.isArray(request.body)) return request.body;
  const form = new FormData();
  for (const { name, value } of request.body) form.append(name, value);
  return form;
}

/** What a body is said to be: a file says it itself where the operation takes any (RFC 9110, section 12.5.1). */
function mediaOf(content: Content, body: string | File): string {
  if (!content.media.includes("*")) return content.media;
  return (typeof body === "string" ? "text/plain" : body.type) || "application/octet-stream";
}

function valuesOf(field: Field, typed: Typed): string[] {
  const text = typed.values[field.key] ?? "";
  if (text === "") return [];
  return field.isMany ? text.split("\n").filter((line) => line !== "") : [text];
}

function bodyOf(fields: Field[], content: Content | undefined, typed: Typed): Prepared["body"] {
  if (!content) return null;
  const [file] = typed.files.body ?? [];
  if (file && !isForm(content.media)) return file;
  if (!isForm(content.media)) return typed.body || (isJson(content.media) ? null : typed.body) || null;
  const parts = fields.flatMap((field): Part[] => {
    const values = field.kind === "file" ? (typed.files[field.key] ?? []) : valuesOf(field, typed);
    return values.map((value) => ({ name: field.name, value }));
  });
  if (content.media === "multipart/form-data") return parts;
  const text = parts.filter((each) => typeof each.value === "string") as { name: string; value: string }[];
  return new URLSearchParams(text.map((each) => [each.name, each.value])).toString();
}
