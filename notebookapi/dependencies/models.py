"""An endpoint, or a dependency, with all that it takes.

These records describe; they are not what requests are served by. That is the compiled plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from notebookapi._plan.fields import ModelField

__all__ = ["Dependant"]


@dataclass(eq=False)
class Dependant:
    """A callable and where its parameters come from.

    The lists may be changed, as plugins do. `*_param_name`: the parameter that this is injected
    into, by its type.
    """

    path_params: list[ModelField] = field(default_factory=list)
    query_params: list[ModelField] = field(default_factory=list)
    header_params: list[ModelField] = field(default_factory=list)
    cookie_params: list[ModelField] = field(default_factory=list)
    body_params: list[ModelField] = field(default_factory=list)
    dependencies: list[Dependant] = field(default_factory=list)
    name: str | None = None
    call: Callable[..., Any] | None = None
    request_param_name: str | None = None
    websocket_param_name: str | None = None
    http_connection_param_name: str | None = None
    response_param_name: str | None = None
    background_tasks_param_name: str | None = None
    security_scopes_param_name: str | None = None
    own_oauth_scopes: list[str] | None = None
    parent_oauth_scopes: list[str] | None = None
    use_cache: bool = True
    path: str | None = None
    scope: str | None = None

    @property
    def oauth_scopes(self) -> list[str]:
        """The scopes that those above ask for, then its own, each once."""
        return list(
            dict.fromkeys([*(self.parent_oauth_scopes or ()), *(self.own_oauth_scopes or ())])
        )

    @property
    def cache_key(self) -> tuple[Any, ...]:
        """What two dependants have in common that share one result in a request."""
        return (self.call, tuple(sorted(self.oauth_scopes)), self.scope or "")
