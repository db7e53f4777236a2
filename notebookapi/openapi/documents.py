"""The objects of an OpenAPI 3.1 document (section 4.8), as pydantic models.

What they do not name, `x-` extensions among it, is kept.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Literal

from pydantic import AnyUrl, BaseModel, ConfigDict, Field
from typing_extensions import TypedDict  # pydantic wants this one below Python 3.12

__all__ = [
    "Components",
    "Contact",
    "Encoding",
    "Example",
    "ExternalDocumentation",
    "Header",
    "Info",
    "License",
    "Link",
    "MediaType",
    "OpenAPI",
    "Operation",
    "Parameter",
    "ParameterBase",
    "ParameterInType",
    "PathItem",
    "Reference",
    "RequestBody",
    "Response",
    "Schema",
    "Server",
    "ServerVariable",
    "Tag",
]


class _Object(BaseModel):
    # Built when first used: most programs use none of these.
    model_config = ConfigDict(extra="allow", defer_build=True)


class Contact(_Object):
    name: str | None = None
    url: AnyUrl | None = None
    email: str | None = None


class License(_Object):
    name: str
    identifier: str | None = None
    url: AnyUrl | None = None


class Info(_Object):
    title: str
    summary: str | None = None
    description: str | None = None
    termsOfService: str | None = None
    contact: Contact | None = None
    license: License | None = None
    version: str


class ServerVariable(_Object):
    enum: list[str] | None = Field(default=None, min_length=1)
    default: str
    description: str | None = None


class Server(_Object):
    url: AnyUrl | str
    description: str | None = None
    variables: dict[str, ServerVariable] | None = None


class ExternalDocumentation(_Object):
    description: str | None = None
    url: AnyUrl


class Tag(_Object):
    name: str
    description: str | None = None
    externalDocs: ExternalDocumentation | None = None


class Reference(BaseModel):
    ref: str = Field(alias="$ref")


class Example(TypedDict, total=False):
    """As `openapi_examples` takes them."""

    summary: str | None
    description: str | None
    value: Any
    externalValue: AnyUrl | None


class Schema(_Object):
    """A JSON schema (2020-12): only what distinguishes its kinds is named."""

    ref: str | None = Field(default=None, alias="$ref")
    type: str | list[str] | None = None
    title: str | None = None
    description: str | None = None
    properties: dict[str, Schema | bool] | None = None
    required: list[str] | None = None
    items: Schema | bool | None = None
    enum: list[Any] | None = None
    allOf: list[Schema | bool] | None = None
    anyOf: list[Schema | bool] | None = None
    oneOf: list[Schema | bool] | None = None


class Encoding(_Object):
    contentType: str | None = None
    headers: dict[str, Header | Reference] | None = None
    style: str | None = None
    explode: bool | None = None
    allowReserved: bool | None = None


class MediaType(_Object):
    schema_: Schema | Reference | None = Field(default=None, alias="schema")
    itemSchema: Schema | Reference | None = None
    example: Any = None
    examples: dict[str, Example | Reference] | None = None
    encoding: dict[str, Encoding] | None = None


class ParameterInType(Enum):
    query = "query"
    header = "header"
    path = "path"
    cookie = "cookie"


class ParameterBase(_Object):
    description: str | None = None
    required: bool | None = None
    deprecated: bool | None = None
    style: str | None = None
    explode: bool | None = None
    allowReserved: bool | None = None
    schema_: Schema | Reference | None = Field(default=None, alias="schema")
    example: Any = None
    examples: dict[str, Example | Reference] | None = None
    content: dict[str, MediaType] | None = None


class Parameter(ParameterBase):
    name: str
    in_: ParameterInType = Field(alias="in")


class Header(ParameterBase):
    pass


class RequestBody(_Object):
    description: str | None = None
    content: dict[str, MediaType]
    required: bool | None = None


class Link(_Object):
    operationRef: str | None = None
    operationId: str | None = None
    parameters: dict[str, Any] | None = None
    requestBody: Any = None
    description: str | None = None
    server: Server | None = None


class Response(_Object):
    description: str
    headers: dict[str, Header | Reference] | None = None
    content: dict[str, MediaType] | None = None
    links: dict[str, Link | Reference] | None = None


class Operation(_Object):
    tags: list[str] | None = None
    summary: str | None = None
    description: str | None = None
    externalDocs: ExternalDocumentation | None = None
    operationId: str | None = None
    parameters: list[Parameter | Reference] | None = None
    requestBody: RequestBody | Reference | None = None
    responses: dict[str, Response | Reference] | None = None
    callbacks: dict[str, dict[str, PathItem] | Reference] | None = None
    deprecated: bool | None = None
    security: list[dict[str, list[str]]] | None = None
    servers: list[Server] | None = None


class PathItem(_Object):
    ref: str | None = Field(default=None, alias="$ref")
    summary: str | None = None
    description: str | None = None
    get: Operation | None = None
    put: Operation | None = None
    post: Operation | None = None
    delete: Operation | None = None
    options: Operation | None = None
    head: Operation | None = None
    patch: Operation | None = None
    trace: Operation | None = None
    servers: list[Server] | None = None
    parameters: list[Parameter | Reference] | None = None


class Components(_Object):
    schemas: dict[str, Schema | Reference] | None = None
    responses: dict[str, Response | Reference] | None = None
    parameters: dict[str, Parameter | Reference] | None = None
    examples: dict[str, Example | Reference] | None = None
    requestBodies: dict[str, RequestBody | Reference] | None = None
    headers: dict[str, Header | Reference] | None = None
    securitySchemes: dict[str, dict[str, Any]] | None = None
    links: dict[str, Link | Reference] | None = None
    callbacks: dict[str, dict[str, PathItem] | Reference] | None = None
    pathItems: dict[str, PathItem | Reference] | None = None


class OpenAPI(_Object):
    openapi: Literal["3.0.0", "3.0.1", "3.0.2", "3.0.3", "3.1.0", "3.1.1"] | str
    info: Info
    jsonSchemaDialect: str | None = None
    servers: list[Server] | None = None
    paths: dict[str, PathItem] | None = None
    webhooks: dict[str, PathItem | Reference] | None = None
    components: Components | None = None
    security: list[dict[str, list[str]]] | None = None
    tags: list[Tag] | None = None
    externalDocs: ExternalDocumentation | None = None
