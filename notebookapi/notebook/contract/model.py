"""Records of a comparison: an operation as a client sees it, and one change of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Schema = Mapping[str, Any]


class Effect(Enum):
    """What a change does to the set of values that a schema allows."""

    NARROWER = "some values are not allowed any more"
    WIDER = "more values are allowed"
    OTHER = "other values are allowed"
    NONE = "the same values are allowed"


class Direction(Enum):
    """Who writes the values: a client can break on fewer that it may send, on more that it gets."""

    REQUEST = "request"
    RESPONSE = "response"

    def is_broken_by(self, effect: Effect) -> bool:
        """Tell whether clients that kept to the schema before can fail now."""
        hard = Effect.NARROWER if self is Direction.REQUEST else Effect.WIDER
        return effect in (hard, Effect.OTHER)


@dataclass(frozen=True, slots=True)
class Operation:
    """described: an OpenAPI operation object. components: the schemas that it refers to."""

    method: str
    path: str
    described: Mapping[str, Any]
    components: Mapping[str, Schema] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Change:
    """place: "query limit", "body → price", "200 → items[]". what: "required now"."""

    place: str
    what: str
    breaking: bool = False

    @property
    def text(self) -> str:
        return f"{self.place}: {self.what}" if self.place else self.what
