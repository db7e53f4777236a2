"""The errors of notebookapi.

HTTPException (starlette)          raised by endpoints; becomes a response
WebSocketException (starlette)     raised by endpoints; closes the connection
NotebookAPIError (RuntimeError)    also importable as FastAPIError
├── DeclarationError (AssertionError)   a mistake in what a person declares
│   ├── InvalidPath
│   ├── InvalidOption (TypeError)
│   ├── InvalidParameter
│   ├── InvalidDependency
│   ├── InvalidConcurrency (ValueError)
│   ├── InvalidLimit (ValueError)
│   ├── MissingMultipart (ImportError)
│   ├── MissingFrontend
│   ├── InvalidInclusion
│   ├── InvalidController
│   ├── InvalidError (TypeError)
│   └── InvalidResponse
├── NotJSON (ValueError)           a value that is to be sent cannot be written as JSON
├── DependencyScopeError           a request-scoped dependency needs a function-scoped one
└── EditError                      a change that does not fit what is published
NotebookAPIDeprecationWarning (UserWarning)
RouteConflictWarning (UserWarning)  a route that an earlier one never lets serve
ValidationException
├── RequestValidationError         becomes a 422
├── WebSocketRequestValidationError   closes the connection, with 1008
└── ResponseValidationError        an endpoint returned what it did not promise; becomes a 500
"""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.exceptions import WebSocketException as StarletteWebSocketException

from notebookapi.types import ErrorDetails


class HTTPException(StarletteHTTPException):
    """Raise in an endpoint or dependency to answer with an error.

    detail: anything that JSON can hold; sent as `{"detail": …}`.

    A subclass may say all three as class attributes, and is raised as it is then:

        class NoSuchItem(HTTPException):
            status_code = 404
            detail = "There is no such item."
    """

    status_code: int
    detail: Any
    headers: Mapping[str, str] | None

    def __init__(
        self,
        status_code: int | None = None,
        detail: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Raises InvalidError where the status is given neither here nor by the class."""
        kind = type(self)
        status = getattr(kind, "status_code", None) if status_code is None else status_code
        if status is None:
            raise InvalidError(
                f"`{kind.__name__}()` has no status; write `{kind.__name__}(404)`, or "
                f"`status_code = 404` in a subclass."
            )
        super().__init__(
            status_code=status,
            detail=getattr(kind, "detail", None) if detail is None else detail,
            headers=getattr(kind, "headers", None) if headers is None else headers,
        )


class WebSocketException(StarletteWebSocketException):
    """Raise in a WebSocket endpoint or dependency to close with `code` (RFC 6455, section 7.4)."""


class NotebookAPIError(RuntimeError):
    """Base of the errors that name a mistake in a program."""


FastAPIError = NotebookAPIError


class DeclarationError(NotebookAPIError, AssertionError):
    """Something is declared in a way that cannot be served.

    It is an `AssertionError` too, because programs written for the reference expect one.
    """


class InvalidPath(DeclarationError):
    """A path or prefix is malformed."""


class InvalidOption(DeclarationError, TypeError):
    """A decorator or constructor was given an option that does not exist."""


class InvalidParameter(DeclarationError):
    """An endpoint's or dependency's parameter cannot be read from a request."""


class InvalidDependency(DeclarationError):
    """`Depends` was given something that cannot be called."""


class InvalidConcurrency(DeclarationError, ValueError):
    """A `max_concurrency` is not a positive number."""


class InvalidLimit(DeclarationError, ValueError):
    """A `max_body_size` or one of the `form_limits` is not a whole number from 0 up."""


class MissingMultipart(DeclarationError, ImportError):
    """Forms cannot be parsed: python-multipart is not installed."""


class MissingFrontend(DeclarationError):
    """The directory of a frontend, or a file that it names, does not exist."""


class InvalidInclusion(DeclarationError):
    """A router cannot be included in this place."""


class InvalidController(DeclarationError):
    """A controller has no operations, or one that is not a method."""


class InvalidError(DeclarationError, TypeError):
    """An HTTPException has no status, or `raises` names something that is none."""


class InvalidResponse(DeclarationError):
    """A return annotation or response model cannot be served."""


class NotJSON(NotebookAPIError, ValueError):
    """An endpoint returned what JSON cannot hold; becomes a 500."""


class DependencyScopeError(NotebookAPIError):
    """A dependency that outlives the endpoint needs one that does not."""


class EditError(NotebookAPIError):
    """A staged change names something that is not declared (any more)."""


class NotebookAPIDeprecationWarning(UserWarning):
    """Something that will be gone in a later version. Shown by default, as a UserWarning is."""


FastAPIDeprecationWarning = NotebookAPIDeprecationWarning


class RouteConflictWarning(UserWarning):
    """A route is never reached: an earlier one serves all that it would."""


class EndpointContext(TypedDict):
    """Where the endpoint of a failing request stands."""

    function: NotRequired[str]
    path: NotRequired[str]
    file: NotRequired[str]
    line: NotRequired[int]


class ValidationException(Exception):
    """Data did not fit its declaration."""

    def __init__(
        self, errors: Sequence[ErrorDetails], *, endpoint_ctx: EndpointContext | None = None
    ) -> None:
        super().__init__(errors)
        self._errors = errors
        self.endpoint_ctx: EndpointContext = endpoint_ctx or {}

    def errors(self) -> Sequence[ErrorDetails]:
        """Return the errors, each with `type`, `loc`, `msg` and `input`, as pydantic has them."""
        return self._errors

    def __str__(self) -> str:
        count = len(self._errors)
        lines = [f"{count} validation error{'' if count == 1 else 's'}:"]
        lines += [f"  {error}" for error in self._errors]
        ctx = self.endpoint_ctx
        if "file" in ctx and "line" in ctx:
            lines.append(f'  File "{ctx["file"]}", line {ctx["line"]}, in {ctx.get("function")}')
        if "path" in ctx:
            lines.append(f"    {ctx['path']}")
        return "\n".join(lines)


class RequestValidationError(ValidationException):
    """A request did not fit its endpoint's parameters. `body`: the document as it came."""

    def __init__(
        self,
        errors: Sequence[ErrorDetails],
        *,
        body: Any = None,
        endpoint_ctx: EndpointContext | None = None,
    ) -> None:
        super().__init__(errors, endpoint_ctx=endpoint_ctx)
        self.body = body


class WebSocketRequestValidationError(ValidationException):
    """A WebSocket connection did not fit its endpoint's parameters."""


class ResponseValidationError(ValidationException):
    """An endpoint returned something else than it declares. `body`: what it returned."""

    def __init__(
        self,
        errors: Sequence[ErrorDetails],
        *,
        body: Any = None,
        endpoint_ctx: EndpointContext | None = None,
    ) -> None:
        super().__init__(errors, endpoint_ctx=endpoint_ctx)
        self.body = body
