"""Dependencies with `yield` as generated functions enter and leave them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from contextvars import copy_context
from types import TracebackType
from typing import Any

import anyio

from notebookapi._plan.inside_anyio import is_within_scope

_Trace = TracebackType | None


class Entering:
    """An async generator as a context manager whose leaving cannot be cancelled."""

    __slots__ = ("_generator",)

    def __init__(self, generator: AsyncGenerator[Any, None]) -> None:
        self._generator = generator

    async def __aenter__(self) -> Any:
        try:
            return await anext(self._generator)
        except StopAsyncIteration:
            raise RuntimeError("generator didn't yield") from None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: _Trace
    ) -> bool | None:
        if is_within_scope():
            swallows: bool | None = None
            with anyio.CancelScope(shield=True):
                swallows = await self._leave(kind, error, trace)
            return swallows
        if kind is not None:
            return await self._leave(kind, error, trace)
        try:
            await anext(self._generator)
        except StopAsyncIteration:
            return None
        await self._refuse()
        return None

    async def _leave(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: _Trace
    ) -> bool | None:
        # What throwing into a generator comes to has its home in the standard library.
        manager = asynccontextmanager(lambda: self._generator)()
        return await manager.__aexit__(kind, error, trace)

    async def _refuse(self) -> None:
        try:
            raise RuntimeError("generator didn't stop")
        finally:
            await self._generator.aclose()


class LeftInThread:
    """Sync context managers, entered in a thread and left together in another, the last first."""

    __slots__ = ("_leave", "_stack")

    def __init__(self, leave: Callable[..., Any]) -> None:
        """leave: calls in a thread what it is given, shielded from cancellation."""
        self._stack = ExitStack()
        self._leave = leave

    def enter(self, manager: AbstractContextManager[Any]) -> Any:
        """Enter a manager; it sees the context variables, and changes them for itself."""
        value = copy_context().run(manager.__enter__)

        def leave(
            kind: type[BaseException] | None, error: BaseException | None, trace: _Trace
        ) -> bool | None:
            return copy_context().run(manager.__exit__, kind, error, trace)

        self._stack.push(leave)
        return value

    async def __aenter__(self) -> LeftInThread:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: _Trace
    ) -> bool:
        stack = self._stack.pop_all()
        return bool(await self._leave(stack.__exit__, kind, error, trace))
