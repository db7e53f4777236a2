"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Target = Annotated[
    str | None,
    typer.Argument(
        metavar="PATH",
        help="A file, a package's folder, or a module; `:NAME` behind it names the application. "
        "Default: `entrypoint` in pyproject.toml, else the first of main.py, app.py, api.py, "
        "app/main.py, app/app.py, app/api.py.",
        show_default=False,
    ),
]
Module = Annotated[
    str | None,
    typer.Argument(
        metavar="MODULE[:APP]",
        help="A module or a file, with the application's name behind a colon where it is neither "
        "`app` nor `api`. Default: what `notebookapi dev` would serve.",
        show_default=False,
    ),
]
Host = Annotated[
    str, typer.Option(help="The address to listen on; 0.0.0.0 for every one of this computer.")
]
Port = Annotated[
    int,
    typer.Option(
        help="The port to listen on; 0 for any free one.",
        min=0,
        max=65535,
        envvar=["NOTEBOOKAPI_PORT", "PORT"],
    ),
]
Reload = Annotated[
    bool, typer.Option("--reload/--no-reload", help="Start anew when a Python file changes.")
]
ReloadDirs = Annotated[
    list[Path] | None,
    typer.Option(
        "--reload-dir",
        help="A folder to watch; may be given several times. Default: the current folder, and the "
        "module's if it lies elsewhere.",
        exists=True,
        file_okay=False,
        show_default=False,
    ),
]
RootPath = Annotated[
    str, typer.Option(help="The path under which a proxy publishes the application.")
]
AppName = Annotated[
    str | None,
    typer.Option(
        "--app",
        help="The application's name in its module. Default: `app`, `api`, else the first one.",
        show_default=False,
    ),
]
Entrypoint = Annotated[
    str | None,
    typer.Option(
        "--entrypoint", "-e", metavar="MODULE:NAME", help="The application, instead of PATH."
    ),
]
ProxyHeaders = Annotated[
    bool,
    typer.Option(
        "--proxy-headers/--no-proxy-headers",
        help="Believe X-Forwarded-Proto and X-Forwarded-For of trusted proxies.",
    ),
]
ForwardedAllowIps = Annotated[
    str | None,
    typer.Option(
        help="Addresses of trusted proxies, separated by commas; * for all. Default: 127.0.0.1.",
        envvar=["NOTEBOOKAPI_FORWARDED_ALLOW_IPS", "FORWARDED_ALLOW_IPS"],
        show_default=False,
    ),
]
CellTimeout = Annotated[
    int, typer.Option(help="Seconds that one cell may take.", min=1, metavar="SECONDS")
]
