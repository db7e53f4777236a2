"""Data structures of requests, under the names that programs import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import core_schema
from starlette.datastructures import URL as URL
from starlette.datastructures import Address as Address
from starlette.datastructures import FormData as FormData
from starlette.datastructures import Headers as Headers
from starlette.datastructures import QueryParams as QueryParams
from starlette.datastructures import State as State
from starlette.datastructures import UploadFile as StarletteUploadFile

from notebookapi._options import UNSET


def Default(value: Any) -> Any:
    """Return what stands for an option that is not given.

    value: what it is when nobody gives it, as plugins tell their readers; not used here.
    """
    return UNSET


# As OpenAPI 3.1 writes binary data (section 4.8.14.3).
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}


class UploadFile(StarletteUploadFile):
    """A file that came with a form. It is closed once the response is sent.

    filename and content_type: as the client says, None if it does not. size: in bytes.
    headers: of the part. file: the file itself, kept in memory while it is small, for code that
    is not async. `read`, `write`, `seek` and `close` leave the loop free.
    """

    @classmethod
    def _checked(cls, value: Any) -> UploadFile:
        if isinstance(value, cls):
            return value
        if not isinstance(value, StarletteUploadFile):
            raise ValueError(f"Expected UploadFile, received: {type(value)}")
        # The form closes its own object; both share the file.
        return cls(value.file, size=value.size, filename=value.filename, headers=value.headers)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        anything = handler.generate_schema(Annotated[Any, WithJsonSchema(_BINARY)])
        return core_schema.no_info_after_validator_function(cls._checked, anything)


def described_upload(upload: StarletteUploadFile) -> Mapping[str, Any]:
    """Return what an error message says of a file: all but its content."""
    return {
        "filename": upload.filename,
        "size": upload.size,
        "headers": dict(upload.headers),
    }
