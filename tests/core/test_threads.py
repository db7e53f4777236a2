"""Calls in threads: AnyIO's limit, cancellation and bridges, and the caller's context."""

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from notebookapi._plan.threads import call_in_thread, leave_in_thread

HERE: ContextVar[str] = ContextVar("here", default="nowhere")


def run_in_loop(function: Callable[[], Any]) -> Any:
    return asyncio.run(function())


@pytest.mark.parametrize("run", [run_in_loop, anyio.run], ids=["asyncio", "anyio"])
def test_the_thread_sees_the_context_and_reaches_the_loop(run: Callable[[Any], Any]) -> None:
    async def asked() -> str:
        return HERE.get()

    def work() -> tuple[str, str, bool]:
        anyio.from_thread.check_cancelled()
        seen = HERE.get(), anyio.from_thread.run(asked)
        HERE.set("changed for itself")
        return *seen, threading.current_thread() is threading.main_thread()

    async def main() -> Any:
        HERE.set("there")
        return await call_in_thread(work), HERE.get()

    assert run(main) == (("there", "there", False), "there")


@pytest.mark.parametrize("error", [ValueError("v"), StopIteration(), SystemExit(3)], ids=repr)
def test_what_is_raised_comes_back(error: BaseException) -> None:
    def work() -> None:
        raise error

    async def main() -> BaseException:
        try:
            await call_in_thread(work)
        except BaseException as raised:
            return raised
        raise AssertionError

    raised = run_in_loop(main)
    assert raised is error or raised.__cause__ is error


def test_the_limit_is_that_of_anyio() -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        anyio.from_thread.run(anyio.sleep, 0)
        with lock:
            inside -= 1

    async def main() -> float:
        limiter = anyio.to_thread.current_default_thread_limiter()
        limiter.total_tokens = 2
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(call_in_thread, work)
        return limiter.borrowed_tokens

    assert run_in_loop(main) == 0
    assert 1 <= most <= 2


def test_each_loop_has_its_own_places() -> None:
    turns = threading.Barrier(2)

    def work() -> asyncio.AbstractEventLoop:
        return anyio.from_thread.run_sync(asyncio.get_running_loop)

    async def main() -> None:
        limiter = anyio.to_thread.current_default_thread_limiter()
        for _ in range(5):
            turns.wait()  # both ask by turns: neither is the only one for long
            assert limiter.borrowed_tokens == 0
            borrowed, loop = await call_in_thread(lambda: (limiter.borrowed_tokens, work()))
            assert (borrowed, loop) == (1, asyncio.get_running_loop())

    failed: list[BaseException] = []

    def in_a_loop() -> None:
        try:
            run_in_loop(main)
        except BaseException as error:
            failed.append(error)
            turns.abort()

    threads = [threading.Thread(target=in_a_loop) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []


@pytest.mark.parametrize("call", [call_in_thread, leave_in_thread])
def test_cancelling_waits_for_the_call(call: Any) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(10)
        ended.set()

    async def main() -> bool:
        async with anyio.create_task_group() as group:
            group.start_soon(call, work)
            await anyio.to_thread.run_sync(begun.wait, 10)
            group.cancel_scope.cancel()
            go_on.set()
        return ended.is_set()

    assert run_in_loop(main)
