"""Servers and the process around them: imports, forks, the end. Each test runs a program."""

import os
import socket
import subprocess
import sys
import textwrap

import pytest

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def test_importing_imports_no_uvicorn() -> None:
    run_script("""
        import sys
        import notebookapi.serving
        assert "uvicorn" not in sys.modules
    """)


def test_without_uvicorn() -> None:
    run_script("""
        import sys
        sys.modules["uvicorn"] = None
        from notebookapi.serving import BackgroundServer, UvicornMissing
        try:
            BackgroundServer(None).start()
        except UvicornMissing as error:
            assert 'pip install "notebookapi[standard]"' in str(error), error
            assert isinstance(error, ImportError)
        else:
            raise SystemExit("no error")
    """)


SCRIPT_HEAD = """
import contextlib, os, socket, sys
from notebookapi.serving import BackgroundServer
from starlette.applications import Starlette

@contextlib.asynccontextmanager
async def lifespan(app):
    print("up", flush=True)
    yield
    print("down", flush=True)

app = Starlette(lifespan=lifespan)
server = BackgroundServer(app)
server.start()
"""


def run_script(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@needs_fork
def test_a_forked_child_does_not_hold_the_port() -> None:
    out = run_script(
        SCRIPT_HEAD
        + textwrap.dedent("""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(writer)
            server.stop()                 # must not wait for a thread that is not here
            assert not server.running
            os.read(reader, 1)            # lives until the parent has tried
            os._exit(0)
        server.stop()
        with socket.socket() as probe:
            print("accepts", probe.connect_ex(("127.0.0.1", server.port)) == 0)
        with socket.create_server(("127.0.0.1", server.port)):
            print("bound")
        os.write(writer, b"x")
        print("status", os.waitpid(child, 0)[1])
        """)
    )
    assert out.splitlines() == ["up", "down", "accepts False", "bound", "status 0"]


@needs_fork
def test_a_child_that_ends_as_a_program_does_not_shut_the_application_down() -> None:
    out = run_script(
        SCRIPT_HEAD
        + textwrap.dedent("""
        child = os.fork()
        if child == 0:
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0
        with socket.create_connection(("127.0.0.1", server.port)):
            print("accepts", server.running)
        """)
    )
    assert out.splitlines() == ["up", "accepts True", "down"]


@pytest.mark.parametrize("ending", ["", "sys.exit(0)"])
def test_the_end_of_the_program_shuts_the_application_down(ending: str) -> None:
    assert run_script(SCRIPT_HEAD + ending).splitlines() == ["up", "down"]


def test_an_application_that_will_not_end_does_not_keep_the_program() -> None:
    script = """
        import time
        from notebookapi.serving import BackgroundServer

        async def app(scope, receive, send):
            assert scope["type"] == "lifespan"
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            asked.append(time.monotonic())
            await receive()

        asked = []
        import atexit
        atexit.register(lambda: print(time.monotonic() - asked[0] < 4))
        server = BackgroundServer(app)
        server.start()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.strip() == "True"
    assert "took longer than 2 s" in done.stderr


@needs_fork
def test_a_child_does_not_hold_the_port_of_a_killed_parent() -> None:
    script = SCRIPT_HEAD + textwrap.dedent("""
        child = os.fork()
        if child == 0:
            print(server.port, flush=True)
            sys.stdin.read()
            os._exit(0)
        os.waitpid(child, 0)
    """)
    with subprocess.Popen(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None and parent.stdin is not None
        assert parent.stdout.readline() == "up\n"
        port = int(parent.stdout.readline())
        parent.kill()
        parent.wait(10)
        # The child lives until its input, which it shares, is closed.
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
        with socket.create_server(("127.0.0.1", port)):
            parent.stdin.close()
