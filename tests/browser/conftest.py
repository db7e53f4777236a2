"""One Chromium and one JupyterLab for all browser tests of a run.

NOTEBOOKAPI_FRONT_END=notebook7 runs them in Notebook 7, as `test_conditions` does without it.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from .lab import Lab, Notebook7

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
    """JupyterLab, or the front end that was asked for, in an empty folder."""
    kind = {"lab": Lab, "notebook7": Notebook7}[os.environ.get("NOTEBOOKAPI_FRONT_END", "lab")]
    made = kind(tmp_path_factory.mktemp("lab"))
    yield made
    made.stop()
