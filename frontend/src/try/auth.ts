// Who sends a request. What is typed here stays in this page's memory, for all its forms.
import { Shared } from "../core/shared";
import type { Operation, Scheme } from "./operation";

/** What a person typed for one scheme. */
export interface Credentials {
  token?: string;
  user?: string;
  password?: string;
  scopes?: string;
}

const KEY = Symbol.for("notebookapi.credentials");
const page = globalThis as unknown as Record<symbol, Shared<Record<string, Credentials>> | undefined>;

/** Credentials by the name of the scheme. */
export const credentials = (page[KEY] ??= new Shared<Record<string, Credentials>>({}));

/** A value of a request that is no text to keep. variable: what stands for it in code. */
export interface Secret {
  in: "header" | "query" | "cookie";
  name: string;
  /** Before the secret itself, such as "Bearer ". */
  prefix: string;
  value: string;
  variable: string;
}

/** What a request carries for the schemes that an operation asks for. */
export function secretsOf(operation: Operation, given: Record<string, Credentials>): Secret[] {
  return Object.entries(operation.security).flatMap(([name, scheme]) => {
    const made = secretOf(scheme, given[name] ?? {});
    return made ? [{ ...made, variable: variableOf(name) }] : [];
  });
}

function secretOf(scheme: Scheme, given: Credentials): Omit<Secret, "variable"> | null {
  if (scheme.type === "apiKey") {
    if (!given.token) return null;
    return { in: scheme.in ?? "header", name: scheme.name ?? "", prefix: "", value: given.token };
  }
  const bearing = { in: "header" as const, name: "authorization" };
  if (isBasic(scheme)) {
    if (!given.user) return null;
    const pair = `${given.user}:${given.password ?? ""}`;
    return { ...bearing, prefix: "Basic ", value: btoa(String.fromCharCode(...new TextEncoder().encode(pair))) };
  }
  if (!given.token) return null;
  const word = scheme.type === "http" && scheme.scheme ? scheme.scheme : "bearer";
  return { ...bearing, prefix: `${word[0]!.toUpperCase()}${word.slice(1)} `, value: given.token };
}

export const isBasic = (scheme: Scheme): boolean =>
  scheme.type === "http" && scheme.scheme?.toLowerCase() === "basic";

/** "APIKeyHeader" -> "API_KEY_HEADER" */
export function variableOf(name: string): string {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|\d+/g) ?? ["TOKEN"];
  return words.join("_").toUpperCase();
}

/** The body of a request for a token, by the password (RFC 6749, section 4.3.2). */
export function tokenRequest(given: Credentials): string {
  const form = new URLSearchParams({ grant_type: "password", username: given.user ?? "" });
  form.set("password", given.password ?? "");
  if (given.scopes) form.set("scope", given.scopes);
  return form.toString();
}
