"""Requests refused unless their Host header is expected."""

from starlette.middleware.trustedhost import TrustedHostMiddleware as TrustedHostMiddleware
