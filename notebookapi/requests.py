"""Requests, under the names that programs import."""

from starlette.requests import HTTPConnection as HTTPConnection
from starlette.requests import Request as Request
