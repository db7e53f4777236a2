"""axe-core in a page: what keeps somebody from using it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Page

_AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """
async selector => {
    const {violations} = await axe.run(document.querySelector(selector));
    return violations.flatMap(({id, impact, nodes}) => nodes.map(node => ({
        id, impact, where: node.target.flat().join(" "), why: node.failureSummary,
    })));
}
"""


def faults(page: Page | Frame, selector: str) -> list[dict[str, Any]]:
    """Return what is seriously wrong inside an element, shadow roots included."""
    if not _AXE.exists():
        pytest.skip("axe-core is missing: npm ci --ignore-scripts --prefix frontend.")
    page.evaluate(_AXE.read_text())
    found = page.evaluate(_RUN, selector)
    return [each for each in found if each["impact"] in ("serious", "critical")]
