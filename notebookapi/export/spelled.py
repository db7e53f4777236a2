"""Credentials that are spelled out in Python: told by their names, or by their form."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from notebookapi.examples.redaction import is_secret


@dataclass(frozen=True, slots=True)
class Spelled:
    """A literal that holds a credential.

    said: what it is, for people. variable: of the environment, that should hold it instead.
    value: what the variable has to hold. start, end: its place in the literal's text; all of it,
    but inside an f-string.
    """

    node: ast.Constant
    said: str
    variable: str
    value: str
    start: int
    end: int


def spelled(tree: ast.AST, known: Mapping[str, str] | None = None) -> list[Spelled]:
    """Return the credentials in a tree, in the order of its text.

    Annotations and docstrings are left alone: what they say is in the OpenAPI document as well.
    known: credentials found elsewhere -> their variables; the same text is one here too.
    """
    names: dict[int, str] = {}
    for name, literal in _named(tree):
        if not is_secret(names.get(id(literal), "")):
            names[id(literal)] = name
    untouched = {id(node) for node in _untouched(tree)}
    parts = _parts_of_texts(tree)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in untouched:
            before = parts.get(id(node))
            one = _judged(node, names.get(id(node)), before, known or {})
            found += [one] if one else []
    return sorted(found, key=lambda one: (one.node.lineno, one.node.col_offset))


def _text_of(node: ast.Constant) -> str | None:
    """The text of a literal, of bytes too."""
    if isinstance(node.value, bytes):
        try:
            return node.value.decode()
        except UnicodeDecodeError:
            return None
    return node.value if isinstance(node.value, str) else None


def masked(comment: str, known: Mapping[str, str]) -> str:
    """Return a comment with dots in the place of credentials. known: as for `spelled`."""
    for value in sorted(known, key=len, reverse=True):
        comment = comment.replace(value, _DOTS)
    comment = _FORM.sub(_DOTS, _URL.sub(_without_password, comment))
    return _SAID.sub(_without_value, comment)


_DOTS = "…"
_SAID = re.compile(
    r"""(?P<said>(?P<name>[\w-]+)["']?\s*[:=]+\s*(?P<quote>["']?))(?P<value>[^\s"',;)]+)"""
)


def _without_password(url: re.Match[str]) -> str:
    first, last = url.start("password") - url.start(), url.end("password") - url.start()
    return url[0][:first] + _DOTS + url[0][last:]


def _without_value(found: re.Match[str]) -> str:
    """`password: required` is a sentence; `password: "required"` may be one."""
    is_value = bool(found["quote"]) or not found["value"].strip(".!?").isalpha()
    is_hidden = is_value and _is_credential(found["name"], found["value"])
    return f"{found['said']}{_DOTS}" if is_hidden else found[0]


# --- one literal ---------------------------------------------------------------------------------

_URL = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*)://[^\s/:@]*:(?P<password>[^\s/@{}]+)@")
_URL_GOES_ON = re.compile(r":(?P<password>[^\s/@{}:]+)@")
_DATABASES = frozenset("postgresql postgres mysql mariadb mssql oracle cockroachdb".split())
_FORMS = {
    "API_KEY": r"sk-[A-Za-z0-9_-]{16,}",
    "AWS_ACCESS_KEY_ID": r"AKIA[0-9A-Z]{16}",
    "GITHUB_TOKEN": r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}",
    "GITLAB_TOKEN": r"glpat-[\w-]{16,}",
    "GOOGLE_API_KEY": r"AIza[\w-]{30,}",
    "HF_TOKEN": r"hf_[A-Za-z0-9]{20,}",
    "PRIVATE_KEY": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "SLACK_TOKEN": r"xox[abprs]-[\w-]{10,}",
    "STRIPE_API_KEY": r"[sr]k_(?:live|test)_\w{10,}",
    "TOKEN": r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+",
}
"""Variable -> how the keys that it holds begin, as those who give them out have published it."""
_FORM = re.compile("|".join(f"(?P<{name}>(?<![\\w-])(?:{form}))" for name, form in _FORMS.items()))


def _judged(
    node: ast.Constant, name: str | None, before: str | None, known: Mapping[str, str]
) -> Spelled | None:
    """before: what stands in the same f-string before; None where it is no part of one."""
    text = _text_of(node)
    if text is None or "\0" in text:
        return None
    inside = before is not None
    said, variable, place = None, "", (0, len(text))
    if (url := _URL.search(text) or _url_goes_on(text, before)) is not None:
        said, variable = "a URL with a password", _variable_of_url(url, name, inside=inside)
        place = url.span("password") if inside else place
    elif (form := _FORM.search(text)) is not None:
        said, variable = f"`{form[0][:4]}…`", _known_variable(name) or str(form.lastgroup)
        place = form.span() if inside else place
    elif name is not None and not inside and _is_credential(name, text):
        said, variable = name, _variable(name)
    elif text in known:
        said, variable = "a text that is one elsewhere", known[text]
    if said is None:
        return None
    return Spelled(node, said, variable, text[place[0] : place[1]], *place)


def _url_goes_on(text: str, before: str | None) -> re.Match[str] | None:
    """`:password@` of `f"postgresql://{user}:password@host"`."""
    return _URL_GOES_ON.match(text) if before is not None and "://" in before else None


def _variable_of_url(url: re.Match[str], name: str | None, *, inside: bool) -> str:
    scheme = (url.groupdict().get("scheme") or "postgresql").partition("+")[0].lower()
    kind = "DATABASE" if scheme in _DATABASES else scheme.upper()
    if inside:
        return f"{kind}_PASSWORD"
    if name and re.search(r"(?i)ur[il]|dsn", name):
        return _variable(name)
    return f"{kind}_URL"


def _known_variable(name: str | None) -> str | None:
    return _variable(name) if name is not None and is_secret(name) else None


def _variable(name: str) -> str:
    word = re.sub(r"\W+", "_", name).strip("_").upper()
    return word if word[:1].isalpha() else f"SECRET_{word}".rstrip("_")


# --- by its name ---------------------------------------------------------------------------------

_WORD = re.compile(r"[^\s/{}]{6,}")
"""No path, no template, no sentence."""
_PASSWORD = re.compile(r"[^\s/{}]{3,}")
_ENCODED = re.compile(r"(?=.*\d)(?=.*[A-Z])[\w+/=.$-]{16,}")
_SCHEME = re.compile(r"(?i)(?:bearer|basic|token) \S{4,}")
_MARK = re.compile(r"<.*>|\[.*\]|[Xx]-[A-Za-z-]+")
"""`<pad>` and `[SEP]` of models that read text; the name of a header."""
_ABOUT = frozenset(
    "alg algorithm class column count expiry field file format header hint label length limit "
    "location mode model name path prefix scheme type unit uri url version".split()
)
"""Last words of names that tell something about a credential."""


def _is_credential(name: str, text: str) -> bool:
    words = re.findall(r"[a-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).lower())
    if not words or words[-1] in _ABOUT or not is_secret(name):
        return False
    if _letters(name) == _letters(text) or _MARK.fullmatch(text):
        return False
    if not {"password", "passwd", "pwd", "passphrase"}.isdisjoint(words):
        return bool(_PASSWORD.fullmatch(text) or _ENCODED.fullmatch(text))
    if words[-1] == "token" and text.isalpha() and len(text) < 16:
        return False  # of a text that is taken apart into words
    return any(form.fullmatch(text) for form in (_WORD, _ENCODED, _SCHEME))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


# --- names of literals ---------------------------------------------------------------------------

_HOLDERS = frozenset({"SecretStr", "SecretBytes", "Secret", "Field", "str", "bytes"})
_PAIRS = frozenset({"get", "getenv", "setdefault", "putenv", "setattr", "set"})


def _named(tree: ast.AST) -> Iterator[tuple[str, ast.Constant]]:
    """Literals, each with the name that the code gives it."""
    for node in ast.walk(tree):
        for name, value in (*_bound(node), *_compared(node)):
            # Tokens in the plural are words of a text.
            is_plural = name[-1:] in ("s", "S") and not name.lower().endswith("tokens")
            if is_plural and isinstance(value, ast.List | ast.Tuple | ast.Set | ast.Dict):
                for each in value.values if isinstance(value, ast.Dict) else value.elts:
                    yield from ((name[:-1], constant) for constant in _held(each))
            yield from ((name, constant) for constant in _held(value))


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from _all_named([(target, value) for target in targets])
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _all_named([(target, value)])
        case ast.NamedExpr(target=target, value=value):
            yield target.id, value
        case ast.keyword(arg=str(name), value=value):
            yield name, value
        case ast.Dict(keys=keys, values=values):
            yield from _all_named([(k, v) for k, v in zip(keys, values, strict=True) if k])
        case ast.arguments():
            yield from _defaults(node)


def _compared(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
            yield from _all_named([(left, right), (right, left)])
        case ast.Call(func=function, args=[first, second, *rest]):
            called = ast.unparse(function).rpartition(".")[2]
            if called == "compare_digest":
                yield from _all_named([(first, second), (second, first)])
            elif called in _PAIRS:
                yield from _all_named([(first, second), *((second, each) for each in rest[:1])])


def _all_named(
    pairs: Sequence[tuple[ast.expr, ast.expr]],
) -> Iterator[tuple[str, ast.expr]]:
    for namer, value in pairs:
        if (name := _name_of(namer)) is not None:
            yield name, value


def _name_of(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=ast.Attribute(attr="encode" | "get_secret_value", value=inner)):
            return _name_of(inner)
        case ast.Call(args=[ast.Constant(value=str(name)), *_]):
            return name
    return None


def _defaults(node: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    positional = [*node.posonlyargs, *node.args]
    if node.defaults:
        last = positional[-len(node.defaults) :]
        yield from ((each.arg, value) for each, value in zip(last, node.defaults, strict=True))
    for each, value in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        if value is not None:
            yield each.arg, value


def _held(node: ast.expr) -> Iterator[ast.Constant]:
    """The literals that a value is, or may be."""
    inner: list[ast.expr] = []
    match node:
        case ast.Constant():
            yield node
        case ast.BoolOp(values=values):
            inner = values
        case ast.IfExp(body=body, orelse=other):
            inner = [body, other]
        case ast.Call(func=ast.Attribute(attr="encode", value=value)):
            inner = [value]
        case ast.Call(func=function, args=[value, *_]):
            inner = [value] if ast.unparse(function).rpartition(".")[2] in _HOLDERS else []
    for each in inner:
        yield from _held(each)


# --- where literals stand ------------------------------------------------------------------------


def _untouched(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        kept: list[ast.AST | None] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            kept = [node.value]
        elif isinstance(node, ast.arg | ast.AnnAssign):
            kept = [node.annotation]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            kept = [node.returns]
        elif isinstance(node, ast.MatchValue):
            kept = [node.value]
        for each in kept:
            yield from ast.walk(each) if each is not None else ()


def _parts_of_texts(tree: ast.AST) -> Mapping[int, str]:
    """Literal parts of f-strings -> what stands before them in the same one."""
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            before = ""
            for part in node.values:
                if isinstance(part, ast.Constant):
                    found[id(part)] = before
                    before += str(part.value)
    return found
