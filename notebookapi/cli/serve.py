"""`notebookapi dev` and `notebookapi run`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from notebookapi.cli import screen
from notebookapi.cli.discovery import Place, find
from notebookapi.cli.errors import Misuse
from notebookapi.cli.loading import Loaded, Loader, load
from notebookapi.cli.project import configured_entrypoint
from notebookapi.serving.run import Serving, run


@dataclass(frozen=True, slots=True)
class Request:
    """What the person asked for. path, app, entrypoint: which application; None for not said."""

    path: str | None
    app: str | None
    entrypoint: str | None
    reload: bool
    reload_dirs: tuple[Path, ...]
    workers: int


def serve(
    title: str,
    wanted: Request,
    *,
    host: str,
    port: int,
    root_path: str,
    proxy_headers: bool,
    forwarded_allow_ips: str | None,
) -> None:
    """Serve until a signal ends it. Raises CommandError and ServingError."""
    if wanted.reload and wanted.workers > 1:
        raise Misuse("--reload serves by one process. Leave out --workers, or --reload.")
    if wanted.reload_dirs and not wanted.reload:
        raise Misuse("--reload-dir is for reloading. Add --reload, or leave it out.")
    here = Path.cwd()
    place = find(
        wanted.path,
        here,
        app=wanted.app,
        entrypoint=wanted.entrypoint,
        configured=configured_entrypoint(here),
    )
    # In this process, too: what is wrong is said before the port is taken.
    loaded = load(place)
    watched = (wanted.reload_dirs or _folders(place, here)) if wanted.reload else None
    serving = Serving(
        Loader(place),
        host,
        port,
        watched=watched,
        workers=wanted.workers,
        root_path=root_path,
        proxy_headers=proxy_headers,
        forwarded_allow_ips=forwarded_allow_ips,
        colour=False if screen.is_colourless() else None,
    )
    run(serving, lambda bound: _announce(title, loaded, serving, bound))


def _folders(place: Place, here: Path) -> tuple[Path, ...]:
    is_inside = place.root.resolve().is_relative_to(here.resolve())
    return (here,) if is_inside else (here, place.root)


def _announce(title: str, loaded: Loaded, serving: Serving, port: int) -> None:
    url = url_of(serving.host, port)
    facts = [("Application", loaded.spelled), ("Serving at", url)]
    docs = getattr(loaded.app, "docs_url", None) or getattr(loaded.app, "redoc_url", None)
    if docs and getattr(loaded.app, "openapi_url", None):
        facts.append(("Docs at", f"{url}{docs}"))
    if serving.host in ("0.0.0.0", "::"):
        facts.append(("Reachable", f"from other computers, too, by port {port}"))
    if serving.watched is not None:
        facts.append(("Watching", ", ".join(str(folder) for folder in serving.watched)))
    if serving.workers > 1:
        facts.append(("Workers", str(serving.workers)))
    screen.show_panel(title, facts, "Ctrl+C stops it.")


def url_of(host: str, port: int) -> str:
    """Return where a browser on this computer finds it; without a slash at the end."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
