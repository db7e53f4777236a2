"""Where output goes: what code prints while it answers a request goes to that request's log.

Left to itself, a kernel shows all of it under the cell that started last. Nothing here asks for a
particular ipykernel: its streams are met by their class, so that whoever holds one, such as a
handler of `logging`, is met too. IPython puts a function in the place of `write` for each cell;
a descriptor of the class goes before that.

What is not met: output of other processes, of file descriptors, and of bare threads, which know
no request. It goes where it always went.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MethodType
from typing import Any, Literal

from IPython.core.interactiveshell import InteractiveShell

from notebookapi.notebook.kernel.asking import refuse_input
from notebookapi.notebook.kernel.logged import route_logging
from notebookapi.notebook.log.capture import Capture, current
from notebookapi.notebook.log.records import Output

Channel = Literal["stdout", "stderr"]
Undo = Callable[[], object]


class OutputRouter:
    """Leads the output of requests to their captures, from `install` to `remove`."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell: Any = shell
        self._undo: list[Undo] = []

    def install(self) -> None:
        """Begin; what has begun already goes on."""
        if not self._undo:
            self._undo = [
                _route_stream("stdout"),
                _route_stream("stderr"),
                _route_prompt(),
                route_logging(),
                _route_displays(self._shell.display_pub),
                *refuse_input(getattr(self._shell, "kernel", None)),
            ]

    def remove(self) -> None:
        """Let everything go its old way again."""
        while self._undo:
            self._undo.pop()()

    def isolate(self, number: int) -> Undo:
        """Give the running context a parent of its own, in ipykernel 7.4 and later.

        For messages that are neither a stream nor a display: front ends drop those of a parent
        that they do not know, instead of showing them under an unrelated cell.
        """
        set_parent = getattr(self._shell, "set_thread_parent", None)
        if set_parent is None:
            return _nothing
        tokens = set_parent({"header": {"msg_id": f"notebookapi-{number}"}})
        return lambda: self._shell.reset_thread_parent(tokens)

    def echo(self, output: Output) -> None:
        """Show what a request left in the cell that runs here."""
        if output.stdout:
            print(output.stdout, end="" if output.stdout.endswith("\n") else "\n")  # noqa: T201
        errors = [output.stderr.rstrip("\n"), *map(str, output.logs)]
        if text := "\n".join(filter(None, errors)):
            print(text, file=sys.stderr)  # noqa: T201
        for data in output.displays:
            self._shell.display_pub.publish(dict(data))


def _nothing() -> None:
    """Undo nothing: nothing was done."""


class _Write:
    """`write` of a class of streams: the request's where there is one, else as it was."""

    def __init__(self, original: Callable[..., Any]) -> None:
        self._original = original

    def __get__(self, stream: Any, owner: type | None = None) -> Any:
        if stream is None:
            return self._original
        capture = current.get()
        channel = _channel_of(stream) if capture is not None else None
        if channel is not None:
            return getattr(capture, channel).write
        # What IPython has put in its place for the running cell.
        return vars(stream).get("write") or MethodType(self._original, stream)

    def __set__(self, stream: Any, write: Any) -> None:
        vars(stream)["write"] = write


class _Stream:
    """A stream in the place of one whose class cannot be changed: a terminal's."""

    def __init__(self, stream: Any, channel: Channel) -> None:
        self._stream = stream
        self.notebookapi_channel = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._stream)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def _write(self, text: str) -> Any:
        return self._stream.write(text)

    write: Any = _Write(_write)


def _channel_of(stream: Any) -> Channel | None:
    """Return which of the two a stream is; None: another of its class, such as a file."""
    if isinstance(stream, _Stream):
        return stream.notebookapi_channel
    name = getattr(stream, "name", None)
    for channel in ("stdout", "stderr"):
        if name == channel or stream is getattr(sys, channel):
            return channel
    return None


_IMMUTABLE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE, of classes written in C


def _route_stream(channel: Channel) -> Undo:
    stream = getattr(sys, channel)
    kind: Any = type(stream)
    if stream is None or isinstance(vars(kind).get("write"), _Write):
        return _nothing  # both streams are of one class, and the other one was first
    if kind.__flags__ & _IMMUTABLE:
        return _replace_stream(stream, channel)
    is_own = "write" in vars(kind)
    original = kind.write
    kind.write = _Write(original)
    return lambda: setattr(kind, "write", original) if is_own else delattr(kind, "write")


def _replace_stream(stream: Any, channel: Channel) -> Undo:
    replacement = _Stream(stream, channel)
    setattr(sys, channel, replacement)

    def undo() -> None:
        if getattr(sys, channel) is replacement:
            setattr(sys, channel, stream)

    return undo


def _route_prompt() -> Undo:
    """Meet the streams that IPython's terminal puts in place while it waits for a line."""
    module: Any = sys.modules.get("IPython.terminal.interactiveshell")
    original = getattr(module, "patch_stdout", None)
    if original is None:
        return _nothing

    @contextmanager
    def routed(*args: Any, **options: Any) -> Iterator[None]:
        with original(*args, **options):
            out, err = sys.stdout, sys.stderr
            sys.stdout, sys.stderr = _Stream(out, "stdout"), _Stream(err, "stderr")
            yield

    module.patch_stdout = routed
    return lambda: setattr(module, "patch_stdout", original)


def _route_displays(publisher: Any) -> Undo:
    publish, clear = publisher.publish, publisher.clear_output

    def routed(data: Mapping[str, Any], *args: Any, **options: Any) -> None:
        capture = current.get()
        if capture is None or not _is_kept(capture, data, options):
            publish(data, *args, **options)

    def cleared(wait: bool = False) -> None:
        capture = current.get()
        if capture is None:
            clear(wait)
        else:
            capture.clear_displays()

    publisher.publish, publisher.clear_output = routed, cleared

    def undo() -> None:
        for name in ("publish", "clear_output"):
            vars(publisher).pop(name, None)

    return undo


def _is_kept(capture: Capture, data: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Keep a display; tell whether it was this request's own.

    An update of a display that a cell has made goes there: that is where the person wants it.
    """
    display_id = (options.get("transient") or {}).get("display_id")
    if options.get("update"):
        return capture.redisplay(data, display_id)
    capture.display(data, display_id)
    return True
