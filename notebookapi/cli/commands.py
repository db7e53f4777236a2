"""The commands and their options. What they do lies in modules that are loaded when called."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from notebookapi.cli import screen
from notebookapi.cli.errors import CommandError
from notebookapi.cli.options import (
    AppName,
    CellTimeout,
    Entrypoint,
    ForwardedAllowIps,
    Host,
    Module,
    Port,
    ProxyHeaders,
    Reload,
    ReloadDirs,
    RootPath,
    Target,
)

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


@program.command(context_settings={"ignore_unknown_options": True})
def lab(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="A notebook, or a folder; the current one if none is given. One that is not "
            "there, or has no notebook, gets one to begin with. Then options of JupyterLab, such "
            "as --no-browser.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Open JupyterLab with a notebook to begin with."""
    from notebookapi.cli.starter import open_lab

    given = words or []
    path = given.pop(0) if given and not given[0].startswith("-") else "."
    raise typer.Exit(open_lab(Path(path), given))


@program.command()
def new(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="The notebook's file. What is there is never replaced."
        ),
    ] = Path("api.ipynb"),
) -> None:
    """Write a notebook to begin with."""
    from notebookapi.cli.starter import create_and_tell

    create_and_tell(path)


@program.command("serve")
def serve_command(
    path: Annotated[
        str,
        typer.Argument(
            metavar="NOTEBOOK_OR_MODULE",
            help="A notebook (.ipynb, or .py in the percent format), or what `dev` takes.",
            show_default=False,
        ),
    ],
    host: Host = "127.0.0.1",
    port: Port = 8000,
    watch: Annotated[
        bool, typer.Option("--watch", help="Serve each new version that runs without an error.")
    ] = False,
    app: AppName = None,
    cell_timeout: CellTimeout = 600,
) -> None:
    """Run a notebook from top to bottom, and serve it.

    With --watch it is run again, in a kernel of its own, when its file changes; what serves then
    changes at one moment, and a version that fails changes nothing. A module is served, too.
    """
    from notebookapi.cli.notebooks import Wanted, is_notebook, serve_notebook
    from notebookapi.cli.serve import Request, serve

    notebook = Path(path)
    if is_notebook(notebook):
        serve_notebook(Wanted(notebook, app, host, port, cell_timeout, watch))
        return
    serve(
        "notebookapi serve",
        Request(path, app, None, watch, (), workers=1),
        host=host,
        port=port,
        root_path="",
        proxy_headers=True,
        forwarded_allow_ips=None,
    )


@program.command()
def export(
    notebook: Annotated[
        Path,
        typer.Argument(
            metavar="NOTEBOOK",
            help="The notebook: .ipynb, or .py in the percent format.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            show_default=False,
            help="The module. Default: the notebook's name, in the current folder.",
        ),
    ] = None,
    project: Annotated[
        Path | None,
        typer.Option(
            "--project",
            metavar="FOLDER",
            help="A project instead of a module: package, tests, container, manifests.",
        ),
    ] = None,
    framework: Annotated[
        str, typer.Option(help="What the module is for: notebookapi or fastapi.")
    ] = "notebookapi",
    tests: Annotated[
        bool, typer.Option("--tests", help="Write tests, too, made of the notebook's examples.")
    ] = False,
    freeze: Annotated[
        list[str] | None,
        typer.Option("--freeze", metavar="NAME", help="An object to keep in a file; repeatable."),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write it although the proof finds differences.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that were edited by hand.")
    ] = False,
    timeout: Annotated[
        int, typer.Option(help="Seconds that the proof may take.", min=1, metavar="SECONDS")
    ] = 60,
    cell_timeout: CellTimeout = 600,
) -> None:
    """Run a notebook, and write what it serves as a module.

    The module is proved: imported where no notebook is, its OpenAPI document is the same.
    """
    from notebookapi.cli.exporting import export

    options = {
        "framework": framework,
        "tests": tests,
        "freeze": freeze or [],
        "accept": accept,
        "overwrite": overwrite,
        "timeout": timeout,
    }
    raise typer.Exit(export(notebook, output, project, options, cell_timeout))


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
