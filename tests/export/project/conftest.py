"""A notebook for tests of projects, and wheels to install them from."""

from collections.abc import Iterator, Mapping

import pytest

from tests.notebook.conftest import Notebook

from .running import make_wheels


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    """A notebook with the extension loaded."""
    made = Notebook()
    made.load()
    yield made
    made.close()


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment in which pip installs this package, and what it needs, from a folder."""
    return make_wheels(tmp_path_factory.mktemp("wheels"))
