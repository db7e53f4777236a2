"""Middleware, under the names that programs import."""

from starlette.middleware import Middleware as Middleware
