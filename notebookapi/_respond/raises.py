"""The errors that an operation says it can raise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.exceptions import HTTPException as StarletteHTTPException

from notebookapi._plan.signature import described
from notebookapi.exceptions import InvalidError


def check_raises(raises: Sequence[Any], endpoint: Callable[..., Any]) -> None:
    """Raise InvalidError for what is no class of HTTPException, or does not say its status."""
    for each in raises:
        if not isinstance(each, type) or not issubclass(each, StarletteHTTPException):
            raise InvalidError(
                f"{described(endpoint)}: `raises` holds {each!r}; it takes classes of "
                "HTTPException, without calling them."
            )
        if not isinstance(getattr(each, "status_code", None), int):
            raise InvalidError(
                f"{described(endpoint)}: `raises` holds {each.__name__}, which does not say its "
                "status; give it a class attribute, such as `status_code = 404`."
            )
