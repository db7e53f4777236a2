// The credentials of a page, for all its forms.
import { useState } from "preact/hooks";
import { bridgeFetch } from "../core/bridge";
import type { Model } from "../core/model";
import { useShared } from "../core/shared";
import { credentials, isBasic, tokenRequest, type Credentials } from "./auth";
import type { Operation, Scheme } from "./operation";

export function AuthPanel({ model, operation, url }: { model: Model; operation: Operation; url: string }) {
  const [given] = useShared(credentials);
  const names = Object.keys(operation.security);
  const isReady = names.every((name) => isGiven(operation.security[name]!, given[name] ?? {}));
  const [isOpen, setOpen] = useState(!isReady);
  if (!names.length) return null;
  return (
    <details class="part" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Authorization <span class={isReady ? "good" : "careful"}>{isReady ? "given" : "needed"}</span>
      </summary>
      {names.map((name) => (
        <SchemeFields key={name} name={name} scheme={operation.security[name]!} model={model} url={url} />
      ))}
      <p class="dim note">For all forms of this page. Kept in memory until it is closed or loaded again, and nowhere else.</p>
    </details>
  );
}

const isGiven = (scheme: Scheme, given: Credentials): boolean => Boolean(isBasic(scheme) ? given.user : given.token);

function SchemeFields({ name, scheme, model, url }: { name: string; scheme: Scheme; model: Model; url: string }) {
  const [all, set] = useShared(credentials);
  const given = all[name] ?? {};
  const change = (part: Credentials) => {
    const now = credentials.get();
    set({ ...now, [name]: { ...now[name], ...part } });
  };
  const text = (label: string, part: keyof Credentials, isSecret = false) => {
    const id = `auth-${name}-${part}`;
    const kind: any = isSecret ? { type: "password", autocomplete: "new-password" } : { autocomplete: "off" };
    return (
      <div class="row" key={part}>
        <label for={id}>{label}</label>
        <input
          id={id}
          class="field"
          {...kind}
          spellcheck={false}
          value={given[part] ?? ""}
          onInput={(event) => change({ [part]: event.currentTarget.value })}
        />
      </div>
    );
  };
  const password = scheme.flows?.password;
  return (
    <fieldset>
      <legend>
        <span class="mono">{name}</span> <span class="dim">{kindOf(scheme)}</span>
      </legend>
      {isBasic(scheme) || password ? [text("User", "user"), text("Password", "password", true)] : null}
      {password && Object.keys(password.scopes ?? {}).length > 0 && text("Scopes", "scopes")}
      {password && <TokenButton model={model} url={urlOf(url, password.tokenUrl)} given={given} got={(token) => change({ token })} />}
      {!isBasic(scheme) && text(scheme.type === "apiKey" ? "Key" : "Token", "token", true)}
    </fieldset>
  );
}

function TokenButton({ model, url, given, got }: { model: Model; url: string; given: Credentials; got(token: string): void }) {
  const [said, say] = useState("");
  const fetchToken = async () => {
    say("Asking for a token …");
    try {
      const body = tokenRequest(given);
      const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
      const response = await bridgeFetch(model, { method: "POST", url, headers, body });
      const text = await new Response(response.body).text();
      const token = response.ok ? JSON.parse(text).access_token : undefined;
      if (typeof token === "string") got(token);
      say(typeof token === "string" ? "Got a token." : `No token: ${response.status} ${text.slice(0, 200)}`);
    } catch (error) {
      say((error as Error).message);
    }
  };
  return (
    <div class="row">
      <span />
      <div>
        <button type="button" class="button" onClick={fetchToken} disabled={!given.user}>
          Get a token
        </button>{" "}
        <span class="dim" role="status">{said}</span>
      </div>
    </div>
  );
}

/** The token's URL may be relative, to where the API is (OpenAPI 3.1, section 4.3). */
const urlOf = (base: string, url: string): string => new URL(url, `${base}/`).href;

function kindOf(scheme: Scheme): string {
  if (scheme.type === "apiKey") return `API key, ${scheme.in} ${scheme.name}`;
  if (scheme.type === "http") return isBasic(scheme) ? "Basic" : (scheme.scheme ?? "");
  return scheme.flows?.password ? "OAuth2, password" : "OAuth2, token";
}
