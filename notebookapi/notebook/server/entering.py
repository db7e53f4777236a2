"""The page where a browser is given the token's cookie.

It is opened with the token behind the `#`, which browsers keep to themselves, and posts it. By hand
and without JavaScript it is a form with one field.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from string import Template
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from notebookapi.notebook.server.access import ENTRY, Access, cookie_name
from notebookapi.notebook.server.asked import Asked
from notebookapi.notebook.server.origins import origin_refused

_MOST: Final = 4096
"""Bytes of a form: the token has 43 characters."""

_STYLE: Final = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 15vh auto; padding: 0 1rem }
h1 { font-size: 1.25rem; margin: 0 0 .5rem }
label { display: block; margin: 1.5rem 0 .25rem; font-weight: 600 }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; border-radius: 4px;
  border: 1px solid GrayText; background: Field; color: FieldText }
button { font: inherit; margin-top: 1rem; padding: .5rem 1.25rem; border-radius: 4px;
  border: 1px solid #1a5fb4; background: #1a5fb4; color: #fff; cursor: pointer }
:focus-visible { outline: 3px solid #62a0ea; outline-offset: 1px }
[role=alert] { border-left: 4px solid #c01c28; padding: .25rem .75rem }
code { font-family: ui-monospace, monospace }
"""
_SCRIPT: Final = """
const given = location.hash.slice(1);
if (given) {
  history.replaceState(null, '', location.pathname);
  document.forms[0].elements.token.value = decodeURIComponent(given);
  document.forms[0].submit();
}
"""
_PAGE: Final = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>notebookapi</title>
<link rel="icon" href="data:,">
<style>$style</style>
</head>
<body>
<main>
<h1>This server belongs to a notebook</h1>
<p>It can be reached by others, so it asks for the notebook's token. <code>%api docs</code> has a
button <em>Open in a tab</em> that brings it here; <code>api.token.reveal()</code> returns it.</p>
$said
<form method="post" action="enter">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="off" required autofocus>
<button>Enter</button>
</form>
</main>
<script>$script</script>
</body>
</html>
""")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


_HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}; "
        "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    # Without any, a browser would call the form's own origin `null`.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def is_entry(scope: Scope, asked: Asked) -> bool:
    """Tell whether a request is for the page; a proxy may have left its prefix in the path."""
    return scope["type"] == "http" and scope["path"] in (ENTRY, asked.prefix + ENTRY)


async def enter(
    scope: Scope, receive: Receive, send: Send, asked: Asked, access: Access, *, is_wanted: bool
) -> None:
    """Show the page, or take the token and set the cookie. Who needs none is sent on."""
    answer = _sent_on(access) if not is_wanted else await _answer(scope, receive, asked, access)
    await answer(scope, receive, send)


async def _answer(scope: Scope, receive: Receive, asked: Asked, access: Access) -> Response:
    if asked.method in ("GET", "HEAD"):
        return _page(200)
    if asked.method != "POST":
        return _page(405, headers={"Allow": "GET, HEAD, POST"})
    if refused := origin_refused(asked, access.origins):
        return _page(refused.status, refused.text)
    given = await _posted(Request(scope, receive))
    if not access.token.matches(given):
        wrong = access.guessed()
        text = "This is not the token." if wrong.status == 401 else wrong.text
        return _page(wrong.status, text, wrong.headers)
    answer = _sent_on(access)
    answer.set_cookie(
        cookie_name(asked.port),
        given,
        path=asked.prefix or "/",
        # By the page's own address: a proxy may encrypt what comes here in plain.
        secure=asked.origin.lower().startswith("https:"),
        httponly=True,
        samesite="strict",
    )
    return answer


async def _posted(request: Request) -> str:
    """Return the token that a form gives; what is no such form gives an empty one."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST:
                return ""
    except ClientDisconnect:
        return ""
    return parse_qs(body.decode("latin-1")).get("token", [""])[0]


def _sent_on(access: Access) -> Response:
    # Relative, since nobody here knows for sure what the page's own address begins with.
    up = "/".join([".."] * (ENTRY.count("/") - 1))
    return RedirectResponse(up + access.home(), status_code=303, headers=_HEADERS)


def _page(status: int, said: str = "", headers: dict[str, str] | None = None) -> Response:
    told = f'<p role="alert">{escape(said)}</p>' if said else ""
    text = _PAGE.substitute(style=_STYLE, script=_SCRIPT, said=told)
    return HTMLResponse(text, status, {**_HEADERS, **(headers or {})})
