"""What plugins written for FastAPI read of routes, and assign to them.

Mixed into the path operation and the inclusion, so that their own files are about serving.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from notebookapi._options import UNSET, Inherited, RouteSpec
from notebookapi._plan.fields import ModelField
from notebookapi._plan.overrides import Overridable

if TYPE_CHECKING:
    from notebookapi.dependencies.models import Dependant


class OperationView(Overridable):
    """The parts of a path operation, and its way to be served by something else.

    Plugins add to `dependencies` and then assign `app`: with that the operation, and each of its
    included forms, reads its dependencies again.
    """

    name: str
    path_format: str
    endpoint: Callable[..., Any]
    spec: RouteSpec
    origin: Any
    responder: Any
    assigned_app: ASGIApp | None = None
    """What answers instead of the operation itself."""

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise NotImplementedError  # the path operation answers in its own way

    @cached_property
    def forms(self) -> WeakSet[OperationView]:
        """The forms that this operation has inside inclusions."""
        return WeakSet()

    @cached_property
    def _from_outside(self) -> int:
        """How many of the dependencies come from inclusions; they stand first."""
        own = len(self.origin.spec.dependencies or ()) if self.origin is not self else 0
        return len(self.spec.dependencies or ()) - own

    def is_form_of(self, origin: OperationView) -> None:
        """Remember what this is the included form of."""
        self._from_outside  # noqa: B018  # counted now: the origin may get more
        origin.forms.add(self)

    @cached_property
    def dependant(self) -> Dependant:
        """The endpoint with all that it takes."""
        # Here and below: loaded for the plugins that ask.
        from notebookapi.dependencies.utils import get_dependant, get_parameterless_sub_dependant

        path = self.path_format
        made = get_dependant(path=path, call=self.endpoint, name=self.name)
        made.dependencies[:0] = [
            get_parameterless_sub_dependant(depends=each, path=path)
            for each in self.spec.dependencies or ()
        ]
        return made

    @cached_property
    def body_field(self) -> ModelField | None:
        """The body as one field; None where nothing is read from it."""
        from notebookapi.dependencies.utils import _get_body_field, _get_flat_body_params

        return _get_body_field(
            body_params=_get_flat_body_params(self.dependant),
            name=self.name,
            embed_body_fields=self._embed_body_fields,
        )

    @property
    def _embed_body_fields(self) -> bool:
        return self.plan.body is not None and self.plan.body.embedded

    @property
    def response_field(self) -> ModelField | None:
        """What responses are validated against, as a field; None where they are not."""
        field: ModelField | None = self.responder.field
        return field

    @property
    def response_model(self) -> Any:
        """The type that responses are validated against; None where they are not."""
        given = self.spec.response_model
        field = self.response_field
        return (field.annotation if field else None) if given is UNSET else given

    @property
    def app(self) -> ASGIApp:
        """What answers a request, as an ASGI application."""
        return self.assigned_app or self._serve

    @app.setter
    def app(self, app: ASGIApp) -> None:
        self.assigned_app = app
        self.read_again()
        for form in self.forms:
            own = self.spec.dependencies or ()
            outer = (form.spec.dependencies or ())[: form._from_outside]
            form.spec = replace(form.spec, dependencies=[*outer, *own])
            form.read_again()

    def read_again(self) -> None:
        """Compile the endpoint and its dependencies as they are now."""
        self.plan = self._compiled({}, None)
        self._overridden = None


def merged_lifespan(outer: Lifespan[Any], inner: Lifespan[Any]) -> Lifespan[Any]:
    """Return a lifespan that is inside both: what they yield is merged, the outer wins."""

    @asynccontextmanager
    async def merged(app: Any) -> AsyncIterator[Mapping[str, Any]]:
        async with outer(app) as first, inner(app) as second:
            yield {**(second or {}), **(first or {})}

    return merged


_found: ContextVar[tuple[object, Any]] = ContextVar("notebookapi_found")


class InclusionView:
    """The parts of an inclusion."""

    router: Any
    inherited: Inherited

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of the included router, as they are served here."""
        raise NotImplementedError  # the inclusion knows them

    @property
    def original_router(self) -> Any:
        """The router that is included."""
        return self.router

    @property
    def include_context(self) -> Inherited:
        """What its routes get here: `prefix`, `tags` and the rest."""
        return self.inherited

    def effective_route_contexts(self) -> Iterator[BaseRoute]:
        """Yield the routes as they are served here, those of routers inside among them."""
        for route in self.routes:
            if isinstance(route, InclusionView):
                yield from route.effective_route_contexts()
            else:
                yield route

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a route inside serves a request; for routers without an application."""
        route, match, inner = self._find(scope)
        self._remember(None if match is Match.NONE else route)
        return match, inner

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Return the path of a route inside. Raises NoMatchFound."""
        for route in self.routes:
            try:
                return route.url_path_for(name, **path_params)
            except NoMatchFound:
                continue
        raise NoMatchFound(name, path_params)

    def _find(self, scope: Scope) -> tuple[Any, Match, Scope]:
        """Return the first route inside that serves a request, else the first for its path."""
        found: tuple[Any, Match, Scope] = (self, Match.NONE, {})
        for route in self.routes:
            match, inner = route.matches(scope)
            if match is Match.FULL:
                return route, match, inner
            if match is Match.PARTIAL and found[1] is Match.NONE:
                found = (route, match, inner)
        return found

    @property
    def endpoint(self) -> Any:
        """The endpoint of the route that `matches` has just found inside.

        Middleware that walks the routes of an application asks for it in this way.
        Raises AttributeError where it has found none.
        """
        inclusion, endpoint = _found.get((None, None))
        if inclusion is not self or endpoint is None:
            raise AttributeError("endpoint")
        return endpoint

    def _remember(self, route: BaseRoute | None) -> None:
        _found.set((self, getattr(route, "endpoint", None)))
