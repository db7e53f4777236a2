"""A notebook for tests of projects."""

from collections.abc import Iterator

import pytest

from tests.notebook.conftest import Notebook


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    """A notebook with the extension loaded."""
    made = Notebook()
    made.load()
    yield made
    made.close()
