"""The document of an application: made of what is served, once per publication."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any

from notebookapi._checks import check_slash
from notebookapi._conflicts import unreached
from notebookapi._docs_pages import docs_routes, serving
from notebookapi._settings import setting, value_of
from notebookapi._table.published import Declared, Published
from notebookapi._tree import routers_in, routes_in
from notebookapi.editing import Application, current_draft
from notebookapi.routing import APIRouter, registration_of

if TYPE_CHECKING:
    from notebookapi._openapi.pieces import Pieces


class Described(Application):
    """What an application says of itself, and the pages that show it."""

    router: APIRouter
    webhooks: APIRouter
    """Requests that the API makes to those who asked for them, declared like path operations, by
    name. They are documented, and not served."""
    title: str = setting()
    summary: str | None = setting()
    description: str = setting()
    version: str = setting()
    terms_of_service: str | None = setting()
    contact: dict[str, Any] | None = setting()
    license_info: dict[str, Any] | None = setting()
    openapi_version: str = "3.1.0"
    openapi_url: str | None
    openapi_tags: list[dict[str, Any]] | None = setting()
    openapi_external_docs: dict[str, Any] | None = setting()
    servers: list[dict[str, Any]] = setting()
    separate_input_output_schemas: bool = setting()
    problem_details: bool = setting()
    """Whether errors are told as RFC 9457 has it, where no handler answers them."""
    _tells_of_conflicts: bool = True
    """Whether a route that is never reached is warned of, and left out of the document. Where it
    is not, the last of two operations with one path and method is documented."""
    docs_url: str | None
    redoc_url: str | None
    swagger_ui_oauth2_redirect_url: str | None
    swagger_ui_init_oauth: dict[str, Any] | None
    swagger_ui_parameters: dict[str, Any] | None
    root_path_in_servers: bool

    _assigned: dict[str, Any] | None = None
    _made: tuple[_Key, dict[str, Any]] | None = None
    _pieces: Pieces | None = None

    def setup(self) -> None:
        """Declare the routes of the document and of the pages; programs override this.

        Called by the constructor. Called again, it declares those whose URL has no route yet.
        """
        for name in ("openapi_url", "docs_url", "redoc_url", "swagger_ui_oauth2_redirect_url"):
            check_slash(name, getattr(self, name) or "")
        known = {getattr(route, "path", None) for route in self.router.routes}
        for route in docs_routes(self):
            if route.path in known:
                continue
            if self._slot is None:
                self.router._begin_with(registration_of(route))
            else:
                self.router.add_registration(route)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document of what is served, made once per publication."""
        if self._assigned is not None:
            return self._assigned
        # Loaded when it is first needed: a fifth of the time that the package takes to load.
        from notebookapi._openapi.document import Info, make_document
        from notebookapi._openapi.pieces import Pieces

        key = self._key()
        if self._made is None or self._made[0] != key:
            published, _, info, (separate, problems) = key
            self._pieces = self._pieces or Pieces()
            document = make_document(
                Info(**info),
                routes_in(published),
                webhooks=self.webhooks.routes,
                separate=separate,
                problems=problems,
                last=not self._tells_of_conflicts,
                unreached=unreached(published.conflicts),
                pieces=self._pieces,
            )
            self._made = (deepcopied(key), document)
        return self._made[1]

    @property
    def openapi_schema(self) -> dict[str, Any] | None:
        """What `openapi()` returns without making it anew; None where it would have to.

        Programs assign a document of their own, or None to have it made again.
        """
        if self._assigned is not None or self._made is None:
            return self._assigned
        return self._made[1] if self._made[0] == self._key() else None

    @openapi_schema.setter
    def openapi_schema(self, document: dict[str, Any] | None) -> None:
        self._assigned = document
        self._made = None

    def _key(self) -> _Key:
        """Return all that the document is made of."""
        sent = tuple(router.declared for router in routers_in(self.webhooks))
        published = self._seen()
        own = partial(value_of, self, declared=published.declared[self])
        switches = own("separate_input_output_schemas"), own("problem_details")
        return published, sent, _info(own), switches

    def _seen(self) -> Published:
        """Return what the running request for the document is served by, else what is published.

        What a running `edit` has staged is seen too.
        """
        request = serving.get()
        if request is not None and request[0] is self:
            return request[1]
        draft = current_draft()
        return draft.preview(self) if draft and draft.operations else self.published


_NAMES = "title version openapi_version summary description terms_of_service contact license_info"
_INFO = {name: name for name in (*_NAMES.split(), "servers")} | {
    "tags": "openapi_tags",
    "external_docs": "openapi_external_docs",
}


def _info(own: Callable[[str], Any]) -> Mapping[str, Any]:
    """Return what the document says of an application. own: returns the value of an attribute."""
    return {key: own(name) for key, name in _INFO.items()}


_Key = tuple[Published, Sequence[Declared], Mapping[str, Any], tuple[bool, bool]]


def deepcopied(key: _Key) -> _Key:
    """Return a key that stays as it is when lists and dictionaries in it are changed."""
    published, sent, info, switches = key
    return published, sent, deepcopy(info), switches
