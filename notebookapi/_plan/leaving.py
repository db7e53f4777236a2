"""Dependencies with `yield`, entered and left."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any

import anyio


class ShieldedExit(AbstractAsyncContextManager[Any]):
    """An async context manager whose leaving cannot be cancelled."""

    def __init__(self, manager: AbstractAsyncContextManager[Any]) -> None:
        self._manager = manager

    async def __aenter__(self) -> Any:
        return await self._manager.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        swallows: bool | None = None
        with anyio.CancelScope(shield=True):
            swallows = await self._manager.__aexit__(kind, error, trace)
        return swallows
