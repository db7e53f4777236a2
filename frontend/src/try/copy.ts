// A request as code. Secrets stay out of it: variables stand for them.
import { isBranch, parsed, written, type Json } from "../core/json";
import { address, headersOf, type Part, type Prepared } from "./request";

/** For a POSIX shell; secrets are variables of the environment. */
export function asCurl(request: Prepared): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  // A variable is read inside double quotes only.
  const told = (text: string) =>
    text.includes(MARK) ? `"${withVariables(text.replace(/[\\"$`]/g, "\\$&"), (name) => `$${name}`)}"` : quoted(text);
  const lines = [`curl ${request.method === "GET" ? "" : `-X ${request.method} `}${told(address(request, marked))}`];
  for (const [name, value] of headersOf(request, marked)) lines.push(`-H ${told(`${name}: ${value}`)}`);
  for (const { name, value } of partsOf(request)) {
    lines.push(
      typeof value === "string" ? `--form-string ${quoted(`${name}=${value}`)}` : `-F ${quoted(`${name}=@${value.name}`)}`,
    );
  }
  if (typeof request.body === "string") lines.push(`--data-raw ${quoted(request.body)}`);
  if (request.body instanceof File) lines.push(`--data-binary ${quoted(`@${request.body.name}`)}`);
  return lines.join(" \\\n  ");
}

/** For Python and httpx; secrets come from the environment. */
export function asPython(request: Prepared): string {
  const text = (value: string) =>
    withVariables(JSON.stringify(value), (name) => `" + os.environ["${name}"] + "`).replace(/^"" \+ | \+ ""$/g, "");
  const lines = [`    "${request.method}",`, `    ${text(address(request, marked))},`];
  const parts = partsOf(request);
  const body = typeof request.body === "string" ? parsed(request.body) : undefined;
  const isJson = body !== undefined && request.media === "application/json";
  const headers = headersOf(request, marked).filter(([name]) => !(isJson && name.toLowerCase() === "content-type"));
  if (headers.length) {
    const told = headers.map(([name, value]) => `        (${text(name)}, ${text(value)}),`);
    lines.push("    headers=[", ...told, "    ],");
  }
  if (isJson) lines.push(`    json=${asLiteral(body, "    ")},`);
  else if (typeof request.body === "string") lines.push(`    content=${text(request.body)}.encode(),`);
  if (request.body instanceof File) lines.push(`    content=open(${text(request.body.name)}, "rb").read(),`);
  if (parts.length) {
    lines.push("    files=[");
    for (const { name, value } of parts) {
      const told = typeof value === "string" ? `(None, ${text(value)})` : `open(${text(value.name)}, "rb")`;
      lines.push(`        (${text(name)}, ${told}),`);
    }
    lines.push("    ],");
  }
  const needsOs = request.secrets.length ? "import os\n\n" : "";
  return `${needsOs}import httpx\n\nresponse = httpx.request(\n${lines.join("\n")}\n)\nprint(response.status_code, response.text)`;
}

/** For a program in JavaScript; secrets are variables of its own. */
export function asFetch(request: Prepared): string {
  const text = (value: string) =>
    value.includes(MARK)
      ? `\`${withVariables(value.replace(/[\\`]|\$\{/g, "\\$&"), (name) => `\${${name}}`)}\``
      : JSON.stringify(value);
  const options = [`  method: "${request.method}",`];
  const headers = headersOf(request, marked);
  if (headers.length) {
    options.push("  headers: [", ...headers.map(([name, value]) => `    [${text(name)}, ${text(value)}],`), "  ],");
  }
  const before: string[] = [];
  if (typeof request.body === "string") options.push(`  body: ${JSON.stringify(request.body)},`);
  if (request.body instanceof File) options.push(`  body: ${fileOf(request.body)},`);
  if (Array.isArray(request.body)) {
    before.push("const body = new FormData();");
    for (const { name, value } of request.body) {
      const told = typeof value === "string" ? JSON.stringify(value) : fileOf(value);
      before.push(`body.append(${JSON.stringify(name)}, ${told});`);
    }
    options.push("  body,");
  }
  const call = `const response = await fetch(${text(address(request, marked))}, {\n${options.join("\n")}\n});`;
  return [...before, call, "console.log(response.status, await response.text());"].join("\n");
}

// A secret's place in a text, until it is known how the language writes a variable. The
// character is one that Unicode keeps for private use.
const MARK = "\uE000";
const marked = ({ variable }: { variable: string }): string => `${MARK}${variable}${MARK}`;

function withVariables(text: string, named: (name: string) => string): string {
  return text.replace(new RegExp(`${MARK}(\\w+)${MARK}`, "g"), (_, name) => named(name));
}

/** A file in a program, which has to open it its own way. */
const fileOf = (file: File): string => `file /* ${file.name.replaceAll("*/", "")} */`;

const partsOf = (request: Prepared): Part[] => (Array.isArray(request.body) ? request.body : []);

/** A document as Python writes it; numbers keep all their digits. */
export function asLiteral(value: Json, indent: string): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (!isBranch(value)) return written(value);
  const inner = `${indent}    `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((each) => asLiteral(each, inner))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${asLiteral(each, inner)}`);
  const [open, close] = isList ? "[]" : "{}";
  const short = `${open}${parts.join(", ")}${close}`;
  if (short.length <= 60 && !short.includes("\n")) return short;
  return `${open}\n${inner}${parts.join(`,\n${inner}`)},\n${indent}${close}`;
}
