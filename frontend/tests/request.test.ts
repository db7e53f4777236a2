import { describe, expect, test } from "vitest";
import { secretsOf, tokenRequest, variableOf } from "../src/try/auth";
import { asCurl, asFetch, asPython } from "../src/try/copy";
import { fieldsOf } from "../src/try/fields";
import { contentsOf, type Content, type Operation, type Scheme } from "../src/try/operation";
import { address, encoded, headersOf, missing, prepared, type Typed } from "../src/try/request";
import { operation } from "./operation";

const BASE = "http://127.0.0.1:9";
const text = { schema: { type: "string" } };
const typed = (more: Partial<Typed> = {}): Typed => ({ values: {}, files: {}, body: "", headers: [], ...more });

function made(op: Operation, what: Partial<Typed>, given = {}) {
  const content: Content | undefined = op.contents[0];
  return prepared(BASE, op, fieldsOf(op, content), content, typed(what), secretsOf(op, given));
}

const ITEM = operation({
  method: "PUT",
  path: "/items/{id}",
  parameters: [
    { name: "id", in: "path", required: true, ...text },
    { name: "q", in: "query", ...text },
    { name: "tag", in: "query", schema: { type: "array", items: { type: "string" } } },
    { name: "x-trace", in: "header", ...text },
    { name: "theme", in: "cookie", ...text },
  ],
  contents: [{ media: "application/json", schema: {}, example: "", is_required: true }],
});
const FORM = { type: "object", properties: { a: { type: "string" }, f: { type: "string", format: "binary" } } };
const form = (media: string) =>
  operation({ method: "POST", contents: [{ media, schema: FORM, example: "", is_required: true }] });

describe("a request", () => {
  test("puts each value where it belongs", () => {
    const values = { "path:id": "a/b c", "query:q": "x&y", "query:tag": "1\n2\n", "header:x-trace": "t", "cookie:theme": "dark" };
    const request = made(ITEM, { values, body: "{}", headers: [["x-own", "1"], [" ", "no name"]] });
    expect(request.url).toBe(`${BASE}/items/a%2Fb%20c?q=x%26y&tag=1&tag=2`);
    expect(request.headers).toEqual([["x-trace", "t"], ["x-own", "1"], ["cookie", "theme=dark"], ["content-type", "application/json"]]);
    expect(request.body).toBe("{}");
  });
  test("leaves out what was not typed", () => {
    expect(made(ITEM, { values: { "path:id": "1" } })).toMatchObject({ url: `${BASE}/items/1`, headers: [], body: null });
  });
  test("has no address without its path", () => {
    expect(missing(fieldsOf(ITEM), typed({ values: { "query:q": "x" } }))).toEqual(["path:id"]);
  });
  test("keeps the content type that the person wrote", () => {
    const request = made(ITEM, { values: { "path:id": "1" }, body: "{}", headers: [["Content-Type", "text/plain"]] });
    expect(request.headers).toEqual([["Content-Type", "text/plain"]]);
  });
  test("sends a form as it is asked for", async () => {
    expect(made(form("application/x-www-form-urlencoded"), { values: { "form:a": "x y&" } }).body).toBe("a=x+y%26");
    const file = new File(["abc"], "a.txt");
    const sent = encoded(made(form("multipart/form-data"), { values: { "form:a": "1" }, files: { "form:f": [file] } }));
    expect((sent as FormData).get("a")).toBe("1");
    expect(((sent as FormData).get("f") as File).name).toBe("a.txt");
  });
});

const raw = (media: string, method = "PUT") =>
  operation({ method, contents: [{ media, schema: {}, example: "", is_required: true }] });
const BYTES = new File([new Uint8Array([0, 255, 10])], "it's.bin", { type: "image/png" });

describe("a file as the body", () => {
  test.each([
    ["application/octet-stream", "application/octet-stream"],
    ["image/*", "image/png"],
    ["*/*", "image/png"],
  ])("of %s is said to be %s", (media, said) => {
    const request = made(raw(media), { files: { body: [BYTES] }, body: "not this" });
    expect(request.headers).toEqual([["content-type", said]]);
    expect(encoded(request)).toBe(BYTES);
  });
  test("goes before the text, which is sent without it", () => {
    expect(made(raw("*/*"), { body: "text" })).toMatchObject({ body: "text", headers: [["content-type", "text/plain"]] });
  });
  test("keeps the content type that the person wrote", () => {
    const request = made(raw("*/*"), { files: { body: [BYTES] }, headers: [["Content-Type", "a/b"]] });
    expect(request.headers).toEqual([["Content-Type", "a/b"]]);
  });
  test("as code", () => {
    const request = made(raw("application/octet-stream"), { files: { body: [BYTES] } });
    expect(asCurl(request)).toContain(`--data-binary '@it'\\''s.bin'`);
    expect(asPython(request)).toContain(`content=open("it's.bin", "rb").read(),`);
    expect(asFetch(request)).toContain("body: file /* it's.bin */,");
  });
  test.each([["POST", ["*/*"]], ["PATCH", ["*/*"]], ["GET", []], ["DELETE", []]])("where a %s declares none", (method, medias) => {
    expect(contentsOf(operation({ method, contents: [] })).map((each) => each.media)).toEqual(medias);
  });
});

describe("credentials", () => {
  const carry = (scheme: Scheme, given: object) => {
    const op = operation({ security: { MyKey: scheme } });
    const request = made(op, {}, { MyKey: given });
    return [address(request, (secret) => encodeURIComponent(secret.value)), headersOf(request, (secret) => secret.value)];
  };
  const url = `${BASE}/items`;
  test.each<[string, Scheme, object, unknown]>([
    ["bearer", { type: "http", scheme: "bearer" }, { token: "t" }, [url, [["authorization", "Bearer t"]]]],
    ["basic, in UTF-8", { type: "http", scheme: "basic" }, { user: "ü", password: "p" }, [url, [["authorization", "Basic w7w6cA=="]]]],
    ["key in a header", { type: "apiKey", in: "header", name: "X-Key" }, { token: "k" }, [url, [["X-Key", "k"]]]],
    ["key in the query", { type: "apiKey", in: "query", name: "key" }, { token: "k&" }, [`${url}?key=k%26`, []]],
    ["key in a cookie", { type: "apiKey", in: "cookie", name: "sid" }, { token: "k" }, [url, [["cookie", "sid=k"]]]],
    ["OAuth2", { type: "oauth2", flows: {} }, { token: "t" }, [url, [["authorization", "Bearer t"]]]],
    ["none given", { type: "http", scheme: "bearer" }, {}, [url, []]],
  ])("%s", (_, scheme, given, expected) => expect(carry(scheme, given)).toEqual(expected));

  test("all cookies go in one header", () => {
    const scheme: Scheme = { type: "apiKey", in: "cookie", name: "sid" };
    const request = made({ ...ITEM, security: { Key: scheme } }, { values: { "path:id": "1", "cookie:theme": "dark" } }, { Key: { token: "k" } });
    expect(headersOf(request, (secret) => secret.value)).toEqual([["cookie", "theme=dark; sid=k"]]);
  });

  test.each([["APIKeyHeader", "API_KEY_HEADER"], ["HTTPBearer", "HTTP_BEARER"], ["my-key2", "MY_KEY2"], ["", "TOKEN"]])(
    "%s as a variable", (name, variable) => expect(variableOf(name)).toBe(variable),
  );
  test("a token is asked for by a form", () => {
    expect(tokenRequest({ user: "a&b", password: "c", scopes: "x y" })).toBe("grant_type=password&username=a%26b&password=c&scope=x+y");
  });
});

describe("as code", () => {
  const secured = { ...ITEM, security: { HTTPBearer: { type: "http", scheme: "bearer" } as Scheme } };
  const body = `{"name": "it's", "big": 9007199254740993, "on": true, "no": null}`;
  const request = made(secured, { values: { "path:id": "1", "header:x-trace": "$HOME" }, body }, { HTTPBearer: { token: "hush" } });

  test("curl", () => {
    expect(asCurl(request)).toBe(
      `curl -X PUT 'http://127.0.0.1:9/items/1' \\
  -H 'x-trace: $HOME' \\
  -H 'content-type: application/json' \\
  -H "authorization: Bearer $HTTP_BEARER" \\
  --data-raw '{"name": "it'\\''s", "big": 9007199254740993, "on": true, "no": null}'`,
    );
  });
  test("Python", () => {
    expect(asPython(request)).toBe(
      `import os

import httpx

response = httpx.request(
    "PUT",
    "http://127.0.0.1:9/items/1",
    headers=[
        ("x-trace", "$HOME"),
        ("authorization", "Bearer " + os.environ["HTTP_BEARER"]),
    ],
    json={
        "name": "it's",
        "big": 9007199254740993,
        "on": True,
        "no": None,
    },
)
print(response.status_code, response.text)`,
    );
  });
  test("fetch", () => {
    expect(asFetch(request)).toBe(
      `const response = await fetch("http://127.0.0.1:9/items/1", {
  method: "PUT",
  headers: [
    ["x-trace", "$HOME"],
    ["content-type", "application/json"],
    ["authorization", \`Bearer \${HTTP_BEARER}\`],
  ],
  body: ${JSON.stringify(body)},
});
console.log(response.status, await response.text());`,
    );
  });
  test("a secret is in none of them", () => {
    for (const written of [asCurl, asPython, asFetch]) expect(written(request)).not.toContain("hush");
  });
  test("a form with a file", () => {
    const parts = made(form("multipart/form-data"), { values: { "form:a": "1" }, files: { "form:f": [new File(["x"], "x.txt")] } });
    expect(asCurl(parts)).toContain(`--form-string 'a=1' \\\n  -F 'f=@x.txt'`);
    expect(asPython(parts)).toContain(`("a", (None, "1")),\n        ("f", open("x.txt", "rb")),`);
    expect(asFetch(parts)).toContain(`body.append("a", "1");`);
  });
});
