"""The OpenAPI 3.1 document of a set of routes."""
