"""The pages that show an OpenAPI document: Swagger UI, ReDoc, and the OAuth2 return page.

The defaults point at a CDN, because programs read them from these signatures. The application
passes the URLs of the assets that the package ships (`assets.py`), so its own pages load nothing
from elsewhere.
"""

import html
import json
from collections.abc import Mapping
from string import Template
from typing import Any, Final

from pydantic_core import to_jsonable_python
from starlette.responses import HTMLResponse

__all__ = [
    "get_redoc_html",
    "get_swagger_ui_html",
    "get_swagger_ui_oauth2_redirect_html",
    "swagger_ui_default_parameters",
]

swagger_ui_default_parameters: Final[dict[str, Any]] = {
    "dom_id": "#swagger-ui",
    "layout": "BaseLayout",
    "deepLinking": True,
    "showExtensions": True,
    "showCommonExtensions": True,
}
"""Options given to Swagger UI unless `swagger_ui_parameters` says otherwise."""

_SWAGGER_CDN: Final = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5"
_REDOC_CDN: Final = "https://cdn.jsdelivr.net/npm/redoc@2/bundles"
_NO_ICON: Final = "data:,"  # Keeps the browser from asking the server for /favicon.ico.

_SWAGGER_PAGE: Final = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="$favicon_url">
<link rel="stylesheet" href="$css_url">
<style>body { margin: 0 }</style>
</head>
<body>
<div id="swagger-ui"></div>
<script>
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const followTheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
followTheme();
dark.addEventListener('change', followTheme);
</script>
<script src="$js_url"></script>
<script>
if (typeof SwaggerUIBundle === 'undefined') {
    document.getElementById('swagger-ui').textContent =
        'Swagger UI could not be loaded from $js_text';
}
const ui = SwaggerUIBundle({
    url: '$openapi_url',
$parameters
$oauth2_redirect    presets: [
        SwaggerUIBundle.presets.apis,
        SwaggerUIBundle.SwaggerUIStandalonePreset,
    ],
})
$init_oauth</script>
</body>
</html>
""")

_REDOC_PAGE: Final = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="$favicon_url">
$fonts<style>body { margin: 0; padding: 0 }</style>
</head>
<body>
<noscript>ReDoc needs JavaScript to show this document.</noscript>
<redoc spec-url="$openapi_url"></redoc>
<script src="$js_url"></script>
</body>
</html>
""")

_GOOGLE_FONTS: Final = (
    '<link rel="stylesheet" href="https://fonts.googleapis.com/css'
    '?family=Montserrat:300,400,700|Roboto:300,400,700">\n'
)

# Swagger UI opens this page in a window and leaves `swaggerUIRedirectOauth2` on itself: the
# state it sent, the flow in use, and the two functions that take the outcome.
_OAUTH2_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Signing in</title>
</head>
<body>
<script>
function finish() {
    const request = window.opener.swaggerUIRedirectOauth2;
    const {auth, redirectUrl} = request;
    const flow = auth.schema.get('flow');
    const fragment = window.location.hash.slice(1);
    const answer = new URLSearchParams(
        /(code|token|error)=/.test(fragment) ? fragment : window.location.search);
    const stateMatches = answer.get('state') === request.state;
    const report = (level, message) => request.errCb({
        authId: auth.name, source: 'auth', level, message,
    });
    if (!['accessCode', 'authorizationCode', 'authorization_code'].includes(flow) || auth.code) {
        const token = Object.fromEntries(answer);
        request.callback({auth, token, isValid: stateMatches, redirectUrl});
    } else {
        if (!stateMatches) {
            report('warning', 'The authorization server returned another state than was sent: '
                + 'the answer may not belong to this request.');
        }
        if (answer.get('code')) {
            delete auth.state;
            auth.code = answer.get('code');
            request.callback({auth, redirectUrl});
        } else {
            const reason = [answer.get('error'), answer.get('error_description')];
            report('error', reason.filter(Boolean).join(': ')
                || 'The authorization server returned no code.');
        }
    }
    window.close();
}
if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', finish);
} else {
    finish();
}
</script>
</body>
</html>
"""


def get_swagger_ui_html(
    *,
    openapi_url: str,
    title: str,
    swagger_js_url: str = f"{_SWAGGER_CDN}/swagger-ui-bundle.js",
    swagger_css_url: str = f"{_SWAGGER_CDN}/swagger-ui.css",
    swagger_favicon_url: str = _NO_ICON,
    oauth2_redirect_url: str | None = None,
    init_oauth: Mapping[str, Any] | None = None,
    swagger_ui_parameters: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    """Return the page in which Swagger UI shows the document at `openapi_url`.

    oauth2_redirect_url: path of the OAuth2 return page on the same origin; None leaves it out.
    init_oauth: options for Swagger UI's `initOAuth`.
    swagger_ui_parameters: laid over `swagger_ui_default_parameters`; any JSON-like value.
    """
    parameters = {**swagger_ui_default_parameters, **(swagger_ui_parameters or {})}
    oauth2_redirect = (
        ""
        if oauth2_redirect_url is None
        else "    oauth2RedirectUrl: "
        f"window.location.origin + '{_in_script_quotes(oauth2_redirect_url)}',\n"
    )
    page = _SWAGGER_PAGE.substitute(
        title=html.escape(title),
        favicon_url=html.escape(swagger_favicon_url),
        css_url=html.escape(swagger_css_url),
        js_url=html.escape(swagger_js_url),
        js_text=_in_script_quotes(swagger_js_url),
        openapi_url=_in_script_quotes(openapi_url),
        parameters="\n".join(
            f"    {_script_json(key)}: {_script_json(value)}," for key, value in parameters.items()
        ),
        oauth2_redirect=oauth2_redirect,
        init_oauth=f"ui.initOAuth({_script_json(init_oauth)})\n" if init_oauth else "",
    )
    return HTMLResponse(page)


def get_redoc_html(
    *,
    openapi_url: str,
    title: str,
    redoc_js_url: str = f"{_REDOC_CDN}/redoc.standalone.js",
    redoc_favicon_url: str = _NO_ICON,
    with_google_fonts: bool = True,
) -> HTMLResponse:
    """Return the page in which ReDoc shows the document at `openapi_url`.

    with_google_fonts: load the fonts of ReDoc's design from Google; False uses those at hand.
    """
    page = _REDOC_PAGE.substitute(
        title=html.escape(title),
        favicon_url=html.escape(redoc_favicon_url),
        fonts=_GOOGLE_FONTS if with_google_fonts else "",
        openapi_url=html.escape(openapi_url),
        js_url=html.escape(redoc_js_url),
    )
    return HTMLResponse(page)


def get_swagger_ui_oauth2_redirect_html() -> HTMLResponse:
    """Return the page to which an authorization server sends the person back."""
    return HTMLResponse(_OAUTH2_PAGE)


# In a script element the browser looks for `</script` and `<!--` before it reads any JavaScript.
_SCRIPT_ESCAPES: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def _script_json(value: object) -> str:
    """Return `value` as JSON that may stand inside a script element."""
    return json.dumps(to_jsonable_python(value)).translate(_SCRIPT_ESCAPES)


def _in_script_quotes(text: str) -> str:
    """Return `text` for the inside of a single-quoted JavaScript string in a script element."""
    return _script_json(text)[1:-1].replace("'", "\\u0027")
