"""The body of a response -> what is shown of it: text, a picture, or the first bytes.

Whatever it is, it is shown and never run: HTML is text here.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from notebookapi.notebook.log import redacting

_MOST = 4000
"""Characters of a body that are shown."""
_MOST_LINES = 30
"""Lines of it that are shown."""
_READ = 128 * 1024
"""Bytes that are looked at to find them."""
_DEEPEST = 40
"""Levels of JSON that are indented: indentation is not bounded by what was sent."""
_LARGEST_PICTURE = 512 * 1024
"""Bytes of a picture that an output holds."""
_MOST_PROBLEMS = 20
_DUMPED = 64
"""Bytes of what is neither text nor a picture that are shown."""

# A type is believed where the content begins as that type does.
_PICTURES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
_TEXTUAL = ("json", "xml", "javascript", "x-www-form-urlencoded", "graphql", "yaml", "ndjson")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},:]|[^\s\[\]{},:"]+')
# What moves a terminal's cursor, or turns the order of what is read, becomes visible.
_VISIBLE = {
    **{code: 0x2400 + code for code in range(32) if code not in (9, 10)},
    127: 0x2421,
    **dict.fromkeys([*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD),
}


@dataclass(frozen=True, slots=True)
class ShownBody:
    """What is shown of a body.

    text: it, or its beginning; empty where there is none to show. remark: what is not shown, and
    why. picture: a data URL. problems: what is wrong with the request, a line each.
    """

    text: str = ""
    remark: str = ""
    picture: str = ""
    problems: Sequence[str] = ()


def visible(text: str) -> str:
    """Return text without control characters: each shown as the picture of itself."""
    return text.replace("\r\n", "\n").translate(_VISIBLE)


def shown(content: bytes, media_type: str, encoding: str, status: int) -> ShownBody:
    """Return what to show of a body. encoding: of its text."""
    if not content:
        return ShownBody()
    if media_type in _PICTURES:
        return _picture(content, media_type)
    if not _is_text(content, media_type):
        return ShownBody(_dump(content), f"The first of {len(content):,} bytes.")
    beginning = content[:_READ]
    hidden = redacting.body(beginning, media_type)
    text = _decoded(hidden, encoding)
    problems = _problems(content, media_type) if status == 422 else ()
    lines = text.splitlines()
    if media_type.endswith("json") and _is_json(text, is_whole=len(content) <= _READ):
        lines = list(indented(text))
    remark = _HIDDEN if hidden != beginning else ""
    return ShownBody(_cut(lines, len(content) - len(beginning)), remark, problems=problems)


_HIDDEN = "What names call a secret is not shown, since outputs are saved; the response has it."


def _is_text(content: bytes, media_type: str) -> bool:
    if media_type:
        return media_type.startswith("text/") or any(word in media_type for word in _TEXTUAL)
    return not re.search(rb"[\x00-\x08\x0e-\x1a]", content[:1024])


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return visible(content.decode(encoding, "replace"))
    except LookupError:  # a charset that Python does not know
        return visible(content.decode("utf-8", "replace"))


def _is_json(text: str, *, is_whole: bool) -> bool:
    try:
        json.loads(text) if is_whole else None
    except (ValueError, RecursionError):  # JSON lines, say; a number of very many digits
        return False
    return True


def indented(text: str) -> Iterator[str]:
    """Yield JSON text with a line for each value. Its tokens stay as they are: no digit is lost."""
    tokens = _TOKEN.findall(text)
    line, depth = "", 0
    for before, token, after in zip(["", *tokens], tokens, [*tokens[1:], ""], strict=False):
        if token in "[{" and after not in "]}":
            yield line + token
            depth += 1
            line = "  " * min(depth, _DEEPEST)
        elif token in "]}" and before not in "[{":
            yield line
            depth = max(depth - 1, 0)
            line = "  " * min(depth, _DEEPEST) + token
        elif token == ",":
            yield line + token
            line = "  " * min(depth, _DEEPEST)
        else:
            line += ": " if token == ":" else token
    yield line


def _cut(lines: Sequence[str], unread: int) -> str:
    """Return the beginning of a text, and how much is left. unread: bytes not looked at."""
    kept = "\n".join(lines[:_MOST_LINES])
    more = len(lines) - _MOST_LINES
    if len(kept) > _MOST or unread:
        length = sum(map(len, lines)) + len(lines) - 1
        unit = "bytes" if unread else "characters"
        return f"{kept[:_MOST]}\n… {length - len(kept[:_MOST]) + unread:,} more {unit}"
    return f"{kept}\n… {more:,} more lines" if more > 1 else "\n".join(lines)


def _picture(content: bytes, media_type: str) -> ShownBody:
    if not _PICTURES[media_type].match(content):
        return ShownBody(_dump(content), f"It is no {media_type}, as its type says.")
    if len(content) > _LARGEST_PICTURE:
        most = _LARGEST_PICTURE // 1024
        return ShownBody(remark=f"A picture of more than {most} KiB is not shown.")
    return ShownBody(picture=f"data:{media_type};base64,{b64encode(content).decode()}")


def _dump(content: bytes) -> str:
    """Return the first bytes as `hexdump -C` writes them."""
    lines = []
    for at in range(0, min(len(content), _DUMPED), 16):
        part = content[at : at + 16]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{at:08x}  {part.hex(' '):<47}  |{text}|")
    return "\n".join(lines)


def _problems(content: bytes, media_type: str) -> Sequence[str]:
    """Return the validation errors of a 422: `body → price: Input should be a valid number`."""
    if len(content) > _READ or not media_type.endswith("json"):
        return ()
    try:
        document: Any = json.loads(content)
    except (ValueError, RecursionError):
        return ()
    found = document if isinstance(document, Mapping) else {}
    errors = found.get("detail") if isinstance(found.get("detail"), list) else found.get("errors")
    if not isinstance(errors, list):
        return ()
    told = [each for each in errors if isinstance(each, Mapping) and "msg" in each]
    lines = [visible(_problem(each)) for each in islice(told, _MOST_PROBLEMS)]
    more = len(told) - len(lines)
    return [*lines, f"… {more} more"] if more else lines


def _problem(error: Mapping[str, Any]) -> str:
    place = error.get("loc") or ()
    where = " → ".join(map(str, place)) if isinstance(place, list) else str(place)
    return f"{where[:_MOST]}: {str(error['msg'])[:_MOST]}".removeprefix(": ")
