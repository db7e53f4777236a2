"""fastapi-mcp: operations as tools for language models, by the Model Context Protocol."""

import anyio
from fastapi_mcp import FastApiMCP
from mcp.shared.memory import create_connected_server_and_client_session

from notebookapi import APIRouter, NotebookAPI
from notebookapi.testclient import TestClient


def application() -> tuple[NotebookAPI, FastApiMCP]:
    app, router = NotebookAPI(title="Sums"), APIRouter(prefix="/sums")

    @router.get("/{first}", operation_id="add")
    def add(first: int, second: int = 1) -> int:
        """Add two numbers."""
        return first + second

    app.include_router(router)
    return app, FastApiMCP(app)


def test_operation_is_a_tool() -> None:
    _, tools = application()

    async def use() -> None:
        async with create_connected_server_and_client_session(tools.server) as session:
            [tool] = (await session.list_tools()).tools
            assert (tool.name, sorted(tool.inputSchema["properties"])) == (
                "add",
                ["first", "second"],
            )
            answer = await session.call_tool("add", {"first": 2, "second": 3})
            assert [each.text for each in answer.content] == ["5"]

    anyio.run(use)


def test_served_by_the_application() -> None:
    app, tools = application()
    tools.mount_http()
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-03-26",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    with TestClient(app) as client:
        accept = {"Accept": "application/json, text/event-stream"}
        answer = client.post("/mcp", json=message, headers=accept)
        assert (answer.status_code, answer.json()["result"]["serverInfo"]["name"]) == (200, "Sums")
