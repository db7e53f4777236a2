"""Pose as `fastapi`, so that plugins written for FastAPI run on this package.

    from notebookapi.compat import install_as_fastapi
    install_as_fastapi()
    import fastapi_users          # its `from fastapi import APIRouter` is answered by notebookapi

From then on `import fastapi` and `import fastapi.x.y` give the modules of this package: the same
objects, so that what a plugin patches on one name is patched on the other. Only `fastapi` itself
is a module of its own, for its version and for `FastAPI`.

pip does not know of this: a plugin that requires `fastapi` has it installed as well, and
`importlib.metadata.version("fastapi")` tells the version of that installation, or raises
PackageNotFoundError where there is none. The installed one is not loaded.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import notebookapi
from notebookapi.applications import NotebookAPI
from notebookapi.exceptions import NotebookAPIError
from notebookapi.routing import APIRouter

__all__ = ["FASTAPI_VERSION", "FastAPI", "RealFastAPIError", "install_as_fastapi"]

FASTAPI_VERSION = "0.165.0"
"""The version whose public interface this package has; `fastapi.__version__`."""

_ALIAS = "fastapi"
_PACKAGE = "notebookapi"
_MODULES = frozenset(
    "__main__ applications background cli concurrency controllers datastructures dependencies"
    " dependencies.models dependencies.utils encoders exception_handlers exceptions logger"
    " middleware middleware.asyncexitstack middleware.cors middleware.gzip"
    " middleware.httpsredirect middleware.trustedhost middleware.wsgi openapi openapi.constants"
    " openapi.docs openapi.models openapi.utils param_functions params requests responses routing"
    " security security.api_key security.base security.http security.oauth2"
    " security.open_id_connect_url security.utils sse staticfiles status telemetry templating"
    " testclient types utils websockets".split()
)
"""The modules that are answered, below `fastapi`."""


class RealFastAPIError(NotebookAPIError, ImportError):
    """FastAPI itself is loaded, so that its name cannot be taken any more."""


class _EveryNotebookAPI(type):
    """Counts every NotebookAPI as an instance of `FastAPI`, and every subclass as its subclass."""

    def __instancecheck__(cls, instance: object) -> bool:
        if cls is FastAPI:
            return isinstance(instance, NotebookAPI)
        return super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        if cls is FastAPI:
            return issubclass(subclass, NotebookAPI)
        return super().__subclasscheck__(subclass)


class FastAPI(NotebookAPI, metaclass=_EveryNotebookAPI):
    """The application under its other name, with that name as the default title."""

    _tells_of_conflicts = False  # FastAPI does not, and documents the last of two that clash

    def __init__(self, *, title: str = "FastAPI", **options: Any) -> None:
        super().__init__(title=title, **options)


def _with_title(signature: inspect.Signature, title: str) -> inspect.Signature:
    parameters = (
        each.replace(default=title) if each.name == "title" else each
        for each in signature.parameters.values()
    )
    return signature.replace(parameters=tuple(parameters))


FastAPI.__init__.__signature__ = _with_title(  # type: ignore[attr-defined]  # documented by inspect
    inspect.signature(NotebookAPI.__init__), "FastAPI"
)


def install_as_fastapi() -> None:
    """Let `import fastapi` be answered by this package. A second call changes nothing.

    Call it before anything imports `fastapi`, in every process.
    Raises RealFastAPIError where FastAPI itself is loaded already.
    """
    there = sys.modules.get(_ALIAS)
    if isinstance(there, _Alias):
        return
    early = sorted(name for name in sys.modules if name.split(".")[0] == _ALIAS)
    if early:
        place = getattr(there, "__file__", None) or "an unknown place"
        raise RealFastAPIError(
            f"`{early[0]}` is loaded already, from {place}, so `{_PACKAGE}` cannot answer to its "
            "name. Call install_as_fastapi() before the first import of `fastapi` and of the "
            "plugins that import it."
        )
    sys.meta_path.insert(0, _Finder())
    importlib.import_module(f"{_PACKAGE}.applications").__dict__["FastAPI"] = FastAPI
    APIRouter._tells_of_conflicts = False
    importlib.import_module(_ALIAS)


class _Alias(ModuleType):
    """The module `fastapi`: what it does not hold itself is looked up, and set, in ours."""

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(notebookapi, name)
        except AttributeError:
            raise AttributeError(f"module {_ALIAS!r} has no attribute {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__ or name.startswith("__") or not hasattr(notebookapi, name):
            super().__setattr__(name, value)
        else:
            setattr(notebookapi, name, value)

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__:
            super().__delattr__(name)
        else:
            delattr(notebookapi, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(notebookapi)})


class _Finder(MetaPathFinder):
    """Answers for `fastapi` and all below it, so that an installed FastAPI is never asked."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _ALIAS:
            return ModuleSpec(fullname, _AliasLoader(), is_package=True)
        below = fullname.removeprefix(f"{_ALIAS}.")
        if below == fullname:
            return None
        source = f"{_PACKAGE}.{below}"
        found = importlib.util.find_spec(source) if below in _MODULES else None
        if found is None:
            raise ModuleNotFoundError(
                f"No module named {fullname!r}: {_PACKAGE} poses as {_ALIAS} and has no {below!r}",
                name=fullname,
            )
        if below == "__main__":  # to be run, as `python -m fastapi` does, and not imported
            return importlib.util.spec_from_file_location(fullname, found.origin)
        is_package = found.submodule_search_locations is not None
        return ModuleSpec(fullname, _SameModuleLoader(source), is_package=is_package)


class _AliasLoader(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Alias(spec.name, notebookapi.__doc__)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__.update(FastAPI=FastAPI, __version__=FASTAPI_VERSION)


class _SameModuleLoader(Loader):
    """Gives a module under a second name. It is loaded when it is first asked for."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.own: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self.source)
        self.own = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.own  # importing has put the second name's in its place
