"""Path templates: `/items/{id:int}` -> segments, convertors and a regular expression.

The language is starlette's. A template is cut at its slashes, because every built-in convertor
but `path` stays within one segment; that is what lets a tree decide instead of a list of
expressions. A template with a convertor that is not known to stay within its segment has
`segments` None: only its expression can decide.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, cached_property
from itertools import takewhile
from types import MappingProxyType
from typing import Any
from weakref import WeakValueDictionary

from starlette.convertors import CONVERTOR_TYPES, Convertor, PathConvertor, StringConvertor

_PARAMETER = re.compile(r"\{([a-zA-Z_][a-zA-Z0-9_]*)(?::([a-zA-Z_][a-zA-Z0-9_]*))?\}")

_TEXT = StringConvertor.regex
_REST = PathConvertor.regex
# What a built-in convertor accepts never holds a slash (`path` apart). Convertors are told by
# their expression, not by their name: anybody may register another one as "int".
_WITHIN_SEGMENT = frozenset(CONVERTOR_TYPES[name].regex for name in ("str", "int", "float", "uuid"))


class InvalidPattern(ValueError, AssertionError):
    """A path template that cannot be used.

    Also an AssertionError, since that is what starlette raises for some of these mistakes.
    """

    def __init__(self, path: str, problem: str, cure: str) -> None:
        super().__init__(f"Path {path!r}: {problem} {cure}")
        self.path = path


class Kind(Enum):
    """How a segment is matched."""

    LITERAL = auto()
    MATCHED = auto()
    REST = auto()


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of a template.

    text: the literal itself, or the source of an expression that must match the whole segment
        (for REST: all that is left of the path, slashes included). Parameter names are not in
        it, so `/{a}` and `/{b}` are the same step.
    """

    kind: Kind
    text: str

    @property
    def accepts(self) -> Callable[[str], object]:
        """A function of the text to match, true when it fits; newlines are not its business."""
        return _matcher(self.text)


@dataclass(frozen=True, slots=True)
class Capture:
    """Where a parameter's value stands: `path.split("/")[index]`, for a rest from there on.

    convert: None when the value is taken as it is.
    """

    name: str
    index: int
    rest: bool
    convert: Callable[[str], Any] | None


@dataclass(frozen=True, eq=False)
class Pattern:
    """A compiled path template; made by `compile_pattern`, compared by identity.

    path: as written, "/items/{id:int}".
    format: without the convertors, "/items/{id}".
    segments: None when only `regex` can decide.
    captures: None when only `regex` knows where the values stand; empty for a static path.
    """

    path: str
    format: str
    convertors: Mapping[str, Convertor[Any]]
    segments: tuple[Segment, ...] | None
    captures: tuple[Capture, ...] | None
    _source: str

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The expression starlette would use. Compiled on first use: most never are used."""
        return re.compile(self._source)

    @property
    def is_static(self) -> bool:
        return not self.convertors and self.segments is not None

    @cached_property
    def may_raise(self) -> bool:
        """Whether one of its convertors is not a built-in one, and may do as it likes."""
        return any(each.regex not in _WITHIN_SEGMENT | {_REST} for each in self.convertors.values())

    def values(self, path: str) -> dict[str, Any]:
        """The converted parameters of a path that this pattern matches.

        Whatever a convertor raises is raised, as in starlette.
        """
        captures = self.captures
        if captures is None or "\n" in path:
            return self._values_by_regex(path)
        parts = path.split("/")
        values: dict[str, Any] = {}
        for capture in captures:
            index = capture.index
            text = "/".join(parts[index:]) if capture.rest else parts[index]
            convert = capture.convert
            values[capture.name] = text if convert is None else convert(text)
        return values

    def _values_by_regex(self, path: str) -> dict[str, Any]:
        match = self.regex.match(path)
        if match is None:
            raise LookupError(f"{path!r} is not a path of {self.path!r}; call `find` first.")
        return {name: convertor.convert(match[name]) for name, convertor in self.convertors.items()}


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter as it stands in a template."""

    name: str
    kind: str
    start: int
    end: int


def compile_pattern(path: str) -> Pattern:
    """Compile a path template.

    The same template gives the same object for as long as somebody holds it and its convertors
    are registered under the same names.
    Raises InvalidPattern for a missing leading slash, an unknown convertor, a repeated name or
    a convertor whose expression does not compile.
    """
    pattern = _patterns.get(path)
    if pattern is not None and _is_current(pattern):
        return pattern
    if not path.startswith("/"):
        raise InvalidPattern(path, "a path starts with a slash.", f"Write {'/' + path!r} instead.")
    parameters = [
        _Parameter(match[1], match[2] or "str", match.start(), match.end())
        for match in _PARAMETER.finditer(path)
    ]
    convertors = _find_convertors(path, parameters)
    pattern = _make_pattern(path, parameters, convertors)
    _patterns[path] = pattern
    return pattern


_patterns: WeakValueDictionary[str, Pattern] = WeakValueDictionary()


def _is_current(pattern: Pattern) -> bool:
    if not pattern.convertors:
        return True
    kinds = (match[2] or "str" for match in _PARAMETER.finditer(pattern.path))
    convertors = pattern.convertors.values()
    return all(
        CONVERTOR_TYPES.get(kind) is convertor
        for kind, convertor in zip(kinds, convertors, strict=True)
    )


def _find_convertors(path: str, parameters: list[_Parameter]) -> dict[str, Convertor[Any]]:
    convertors: dict[str, Convertor[Any]] = {}
    for parameter in parameters:
        name, kind = parameter.name, parameter.kind
        if name in convertors:
            raise InvalidPattern(
                path, f"the parameter {name!r} occurs twice.", "Give each one its own name."
            )
        if kind not in CONVERTOR_TYPES:
            raise InvalidPattern(
                path,
                f"the parameter {name!r} asks for an unknown convertor {kind!r}.",
                f"Use one of {', '.join(sorted(CONVERTOR_TYPES))}, or register it before with "
                "starlette.convertors.register_url_convertor.",
            )
        convertors[name] = CONVERTOR_TYPES[kind]
    return convertors


def _make_pattern(
    path: str, parameters: list[_Parameter], convertors: dict[str, Convertor[Any]]
) -> Pattern:
    segments = _cut(path, convertors)
    pattern = Pattern(
        path=path,
        format="".join(_pieces(path, parameters, str, lambda p: f"{{{p.name}}}")),
        convertors=MappingProxyType(convertors),
        segments=segments,
        captures=None if segments is None else _place(segments, path, convertors),
        _source="".join(
            (
                "^",
                *_pieces(
                    path,
                    parameters,
                    re.escape,
                    lambda p: f"(?P<{p.name}>{convertors[p.name].regex})",
                ),
                "$",
            )
        ),
    )
    if segments is None:
        _compile_now(pattern)
    return pattern


def _compile_now(pattern: Pattern) -> None:
    """A convertor of somebody's own may hold an expression that does not compile: say so now."""
    try:
        _ = pattern.regex
    except re.error as error:
        raise InvalidPattern(
            pattern.path,
            f"the expression of one of its convertors does not compile: {error}.",
            "Correct its `regex`.",
        ) from error


def _pieces(
    text: str,
    parameters: list[_Parameter],
    literal: Callable[[str], str],
    parameter: Callable[[_Parameter], str],
) -> Iterator[str]:
    """The literal parts and the parameters of a template, each rendered."""
    position = 0
    for found in parameters:
        yield literal(text[position : found.start])
        yield parameter(found)
        position = found.end
    yield literal(text[position:])


def _cut(path: str, convertors: Mapping[str, Convertor[Any]]) -> tuple[Segment, ...] | None:
    """The steps of a template, up to and including the first that takes the rest of the path."""
    # `$` also matches before a newline at the end: leave such templates to their expression,
    # and the tree need not know.
    if "\n" in path:
        return None
    expressions = {convertor.regex for convertor in convertors.values()}
    if not expressions <= _WITHIN_SEGMENT | {_REST}:
        return None
    pieces = path.split("/")[1:]
    within = list(takewhile(lambda piece: not _takes_rest(piece, convertors), pieces))
    segments = [_segment(piece, convertors) for piece in within]
    if len(within) < len(pieces):
        rest = "/".join(pieces[len(within) :])
        segments.append(Segment(Kind.REST, _expression(rest, convertors)))
    return tuple(segments)


def _takes_rest(piece: str, convertors: Mapping[str, Convertor[Any]]) -> bool:
    return any(convertors[match[1]].regex == _REST for match in _PARAMETER.finditer(piece))


def _segment(piece: str, convertors: Mapping[str, Convertor[Any]]) -> Segment:
    if _PARAMETER.search(piece) is None:
        return Segment(Kind.LITERAL, piece)
    return Segment(Kind.MATCHED, _expression(piece, convertors))


def _expression(piece: str, convertors: Mapping[str, Convertor[Any]]) -> str:
    if match := _PARAMETER.fullmatch(piece):
        return convertors[match[1]].regex
    source, position = "", 0
    for match in _PARAMETER.finditer(piece):
        source += re.escape(piece[position : match.start()])
        source += f"(?:{convertors[match[1]].regex})"
        position = match.end()
    return source + re.escape(piece[position:])


def _place(
    segments: tuple[Segment, ...], path: str, convertors: Mapping[str, Convertor[Any]]
) -> tuple[Capture, ...] | None:
    """Where the values stand; None when a segment mixes parameters with other text."""
    captures: list[Capture] = []
    pieces = path.split("/", len(segments))[1:]
    for index, (segment, piece) in enumerate(zip(segments, pieces, strict=True), start=1):
        if segment.kind is Kind.LITERAL:
            continue
        match = _PARAMETER.fullmatch(piece)
        if match is None:
            return None
        convertor = convertors[match[1]]
        captures.append(Capture(match[1], index, segment.kind is Kind.REST, _conversion(convertor)))
    return tuple(captures)


def _conversion(convertor: Convertor[Any]) -> Callable[[str], Any] | None:
    if type(convertor) in (StringConvertor, PathConvertor):
        return None
    return convertor.convert


def _anything(text: str) -> bool:
    return True


@cache
def _matcher(source: str) -> Callable[[str], object]:
    if source == _TEXT:
        return bool
    if source == _REST:
        return _anything
    return re.compile(source).fullmatch
