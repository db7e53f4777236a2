"""The client for tests of an application."""

from starlette.testclient import TestClient as TestClient
