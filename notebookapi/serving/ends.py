"""What a server's owner is told when its loop ends without having been asked to."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerEnd:
    """The server's loop ended by itself.

    reason: what ended it, SystemExit for example; None when serving just returned.
    restarted: whether it goes on; not when it ended too often.
    """

    reason: BaseException | None
    restarted: bool


OnEnd = Callable[[ServerEnd], object]
