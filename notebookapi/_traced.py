"""How tools that trace get between a request and an application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.types import ASGIApp

from notebookapi._stack import LiveStack
from notebookapi.editing import Application
from notebookapi.telemetry.options import Telemetry, TelemetryOptions, telemetry_of

STARLETTES_OWN = Starlette.__call__


class Traced(Application):
    """The middleware stack as tools know it, and the application's own telemetry.

    Tools wrap what `build_middleware_stack` returns, assign `middleware_stack`, or put something
    around `Starlette.__call__`.
    """

    _stack: ASGIApp | None = None
    _telemetry: Telemetry | None = None
    _telemetry_may_come: bool = True

    def _begin_telemetry(self, options: TelemetryOptions | None) -> None:
        self._telemetry = telemetry_of(options)
        self._telemetry_may_come = options is None
        self._stack = None

    def _look_for_telemetry(self) -> None:
        """Begin what nobody asked for where OpenTelemetry has been loaded in the meantime."""
        if self._telemetry is None and self._telemetry_may_come:
            self._telemetry = telemetry_of(None)

    @property
    def middleware_stack(self) -> ASGIApp:
        """What a request goes through, the outermost first. Tools may assign another."""
        if self._stack is None:
            self._stack = self.build_middleware_stack()
        return self._stack

    @middleware_stack.setter
    def middleware_stack(self, stack: ASGIApp) -> None:
        self._stack = stack

    def build_middleware_stack(self) -> ASGIApp:
        """Return what a request goes through. Tools replace this method, to wrap what it returns.

        What is published later is gone through as well.
        """
        return LiveStack(lambda: self.published.stack)

    @property
    def _is_traced(self) -> bool:
        """Whether a tool has put something of its own around applications, or around this one."""
        return (
            Starlette.__call__ is not STARLETTES_OWN
            or self._stack is not None
            or "build_middleware_stack" in vars(self)
        )
