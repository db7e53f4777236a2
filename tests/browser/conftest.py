"""One Chromium and one JupyterLab for all browser tests of a run."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from .lab import Lab

expect.set_options(timeout=30_000)  # the machine may be busy

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, shared: a context of one's own keeps visits apart."""
    if CHROMIUM is None:
        pytest.skip("There is no Chromium.")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab, in an empty folder."""
    made = Lab(tmp_path_factory.mktemp("lab"))
    yield made
    made.stop()
