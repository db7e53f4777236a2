"""What can go wrong while serving.

ServingError
├── ServerStartError       the server did not start; nothing is left running
│   ├── PortInUse          somebody else listens on the port
│   ├── LifespanError      the application's own start-up (or shutdown) failed
│   └── UvicornMissing     also an ImportError
├── ServerNotRunning       asked to run something on a server that is stopped
└── CoroutineExit          code on the server's loop called sys.exit()
"""


class ServingError(RuntimeError):
    """The root of the errors of this package."""


class ServerStartError(ServingError):
    """The server did not start; the message names the reason and the cure."""


class PortInUse(ServerStartError):
    """Somebody else listens on the port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host} is in use by another program, perhaps another notebook. "
            "Stop that one, choose another port, or port 0 for any free one."
        )
        self.host = host
        self.port = port


class LifespanError(ServerStartError):
    """An application's lifespan failed; its own exception is the cause, where it raised one."""


class UvicornMissing(ServerStartError, ImportError):
    """uvicorn is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Serving needs uvicorn, which is not installed. "
            'Run: pip install "notebookapi[standard]"'
        )


class ServerNotRunning(ServingError):
    """The server is stopped."""


class CoroutineExit(ServingError):
    """Code on the server's loop called sys.exit(), which must not end the server."""
