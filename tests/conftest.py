"""Settings that all tests share."""

import os
import signal
from collections.abc import Generator

import pytest
from hypothesis import settings

# No deadline: the machine that runs this may be busy, and time limits are pytest-timeout's work.
settings.register_profile("default", deadline=None)
settings.register_profile("full", deadline=None, max_examples=300)

IS_FULL = os.environ.get("NOTEBOOKAPI_TEST_FULL") == "1"
settings.load_profile("full" if IS_FULL else "default")


# A shell starts what it runs in the background with interrupts ignored, and what we start would
# inherit that. Some tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser tests last: from then on Playwright's event loop runs in the main thread."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop of asynchronous tests marked with `pytest.mark.anyio`."""
    return "asyncio"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure in a full run, which leaves out nothing."""
    if IS_FULL and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Skipped, but a full run leaves out nothing: {report.longreprtext}"
