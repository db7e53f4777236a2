"""The commands and their options. What they do lies in modules that are loaded when called."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from notebookapi.cli import screen
from notebookapi.cli.errors import CommandError

program = typer.Typer(
    name="notebookapi",
    help="Serve, inspect and try applications made with notebookapi.",
    no_args_is_help=True,
    # The boxes cut long options off where a terminal is 80 columns wide.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# typer exports none of the classes between its errors; these are the two that count.
_UsageError: Any = typer.BadParameter.__mro__[1]
_ClickError: Any = typer.BadParameter.__mro__[2]


def run(arguments: Sequence[str] | None) -> int:
    """Run the command that the arguments name and return its exit code."""
    from notebookapi.serving import ServingError

    command = typer.main.get_command(program)
    given = None if arguments is None else list(arguments)
    try:
        code = command.main(given, prog_name="notebookapi", standalone_mode=False)
    except CommandError as error:
        screen.fail(error)
        return error.exit_code
    except ServingError as error:
        return _not_served(error)
    except _ClickError as error:
        return _misused(error)
    except typer.Abort:
        return 130
    return code if isinstance(code, int) else 0


def _not_served(error: Exception) -> int:
    from notebookapi.cli.traces import trimmed
    from notebookapi.serving import LifespanError

    # The application's own exception, as opposed to the system's about a port.
    cause = error.__cause__ if isinstance(error, LifespanError) else None
    screen.complain(str(error), trimmed(cause) if cause is not None else "")
    return 1


def _misused(error: Any) -> int:
    message = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        if message:  # typer has shown the help itself where it uses rich
            screen.remarks().print(message)
    else:
        where = error.ctx.command_path if getattr(error, "ctx", None) else "notebookapi"
        screen.complain(f"{message.rstrip('.')}. `{where} --help` lists what there is.")
    return int(error.exit_code)


def _show_version(wanted: bool) -> None:
    if wanted:
        import notebookapi

        print(f"notebookapi {notebookapi.__version__}")
        raise typer.Exit


@program.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    pass


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


@program.command()
def dev(
    path: Target = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    reload: Reload = True,
    reload_dir: ReloadDirs = None,
    root_path: RootPath = "",
    app: AppName = None,
    entrypoint: Entrypoint = None,
    proxy_headers: ProxyHeaders = True,
    forwarded_allow_ips: ForwardedAllowIps = None,
) -> None:
    """Serve an application while you write it.

    It listens on this computer only, and starts anew with every change of a Python file. Sets
    NOTEBOOKAPI_ENV and FASTAPI_ENV to "development".
    """
    from notebookapi.cli.serve import Request, serve

    # Before the application is imported: it may read them.
    os.environ["NOTEBOOKAPI_ENV"] = os.environ["FASTAPI_ENV"] = "development"
    wanted = Request(path, app, entrypoint, reload, tuple(reload_dir or ()), workers=1)
    serve(
        "notebookapi dev",
        wanted,
        host=host,
        port=port,
        root_path=root_path,
        proxy_headers=proxy_headers,
        forwarded_allow_ips=forwarded_allow_ips,
    )


@program.command("run")
def run_command(
    path: Target = None,
    host: Host = "0.0.0.0",
    port: Port = 8000,
    reload: Reload = False,
    reload_dir: ReloadDirs = None,
    workers: Annotated[int, typer.Option(help="Processes that serve side by side.", min=1)] = 1,
    root_path: RootPath = "",
    app: AppName = None,
    entrypoint: Entrypoint = None,
    proxy_headers: ProxyHeaders = True,
    forwarded_allow_ips: ForwardedAllowIps = None,
) -> None:
    """Serve an application to others.

    It listens on every address of this computer, and does not reload.
    """
    from notebookapi.cli.serve import Request, serve

    wanted = Request(path, app, entrypoint, reload, tuple(reload_dir or ()), workers)
    serve(
        "notebookapi run",
        wanted,
        host=host,
        port=port,
        root_path=root_path,
        proxy_headers=proxy_headers,
        forwarded_allow_ips=forwarded_allow_ips,
    )


@program.command()
def openapi(
    module: Module = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write it there instead of showing it."
        ),
    ] = None,
) -> None:
    """Show an application's OpenAPI document, as JSON."""
    from notebookapi.cli.inspecting import write_document

    write_document(module, output)


@program.command()
def routes(module: Module = None) -> None:
    """List an application's routes.

    Each with its method, path, endpoint, and the file and line where that is defined.
    """
    from notebookapi.cli.inspecting import show_routes

    show_routes(module)


@program.command()
def shell(module: Module = None) -> None:
    """Open IPython with an application, served.

    It is `app` there, and `api` the session that sends requests; what you enter may change the
    application while it serves.
    """
    from notebookapi.cli.shell import open_shell

    open_shell(module)


@program.command()
def doctor() -> None:
    """Say what is missing, and how to get it.

    Lists the libraries and their versions; fails where the commands lack one that they need.
    """
    from notebookapi.cli.doctor import examine

    raise typer.Exit(examine())
