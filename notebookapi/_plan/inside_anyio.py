"""What is asked of AnyIO beyond its public names, and what is done where another one has none.

Only to save cost: where something is not found here, its public way is gone.
"""

from __future__ import annotations

import asyncio
from typing import Any

worker_locals: Any = None
"""What AnyIO's threads know of the loop that they work for; None: not to be found."""
_UNKNOWN: Any = object()
_task_states: Any = _UNKNOWN

try:
    from anyio._core._eventloop import threadlocals as worker_locals  # noqa: F401  # for others
except ImportError:
    pass


def _look_for_states() -> Any:
    """Return AnyIO's states of tasks, or None; when first asked: loading them takes its time."""
    try:
        from anyio._backends._asyncio import _task_states as states
    except ImportError:
        return None
    return states


def is_within_scope() -> bool:
    """Tell whether a cancel scope may be around the running task. Costs a tenth of a scope."""
    global _task_states
    if _task_states is _UNKNOWN:
        _task_states = _look_for_states()
    if _task_states is None:
        return True
    try:
        state = _task_states.get(asyncio.current_task())
    except (RuntimeError, TypeError):  # another event loop than asyncio's
        return True
    return state is not None and getattr(state, "cancel_scope", state) is not None
