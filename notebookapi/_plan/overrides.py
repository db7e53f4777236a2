"""The plan of a route where dependencies are overridden: compiled once per set of overrides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.types import Scope

from notebookapi._plan.steps import ExecutionPlan

Overrides = Mapping[Any, Any]


class Overridable:
    """A route whose plan depends on what its application overrides."""

    plan: ExecutionPlan
    """Without overrides."""
    _overridden: tuple[Overrides, ExecutionPlan] | None = None

    def _compiled(self, overrides: Overrides, before: ExecutionPlan | None) -> ExecutionPlan:
        raise NotImplementedError  # each kind of route knows its endpoint

    def _plan_for(self, scope: Scope) -> ExecutionPlan:
        """Return the plan for what is overridden now, the last one where that is the same."""
        overrides = overrides_of(scope)
        if not overrides:
            return self.plan
        known = self._overridden
        if known is None or (known[0] is not overrides and known[0] != overrides):
            known = self._overridden = (overrides, self._compiled(overrides, self.plan))
        return known[1]


def overrides_of(scope: Scope) -> Overrides:
    """Return what is overridden by the application that serves a request, as it was published."""
    state = scope.get("notebookapi")
    return state.published.overrides if state is not None else {}
