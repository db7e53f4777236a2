"""Documents of small applications, each one checked against OpenAPI 3.1."""

from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from notebookapi import NotebookAPI

REF = "#/components/schemas/"


def checked(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as it is. Raises where it is not one."""
    OpenAPIV31SpecValidator(document).validate()
    return document


def document(app: NotebookAPI) -> dict[str, Any]:
    return checked(app.openapi())


def operation(app: NotebookAPI, path: str = "/", method: str = "get") -> dict[str, Any]:
    made: dict[str, Any] = document(app)["paths"][path][method]
    return made


def components(app: NotebookAPI) -> dict[str, Any]:
    made: dict[str, Any] = document(app).get("components", {}).get("schemas", {})
    return made


def media(model: str) -> dict[str, Any]:
    """Return the content of a JSON body that a component describes."""
    return {"application/json": {"schema": {"$ref": f"{REF}{model}"}}}
