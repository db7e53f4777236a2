"""A notebook's page, and when something is seen in it, by the page's own clock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.lab import Lab

CLOCK = """
import os as _os, time as _time
_ended = []
# Registered before the extension's own, so called before it.
get_ipython().events.register("post_run_cell", lambda _: _ended.append(_time.time() * 1e3))
"""
"""A cell that notes when each later one ended, before the extension shows anything."""

WATCH = """() => {
    const find = (root, selector) => {
        const all = [...root.querySelectorAll(selector)];
        const shown = all.find(each => each.getClientRects().length);
        if (shown) return shown;
        for (const { shadowRoot } of root.querySelectorAll('[data-lm-suppress-shortcuts]')) {
            const inside = shadowRoot && find(shadowRoot, selector);
            if (inside) return inside;
        }
        return null;
    };
    const frame = () => new Promise(requestAnimationFrame);
    // After a frame comes the most urgent task; by then that frame is on its way to the screen.
    const painted = () => scheduler.postTask(() => Date.now(), { priority: 'user-blocking' });
    const cell = at => window.jupyterapp.shell.currentWidget.content.widgets[at];
    window.bench = {
        // Do something; resolve with when it was begun and when something new was painted, in ms.
        async seen(at, selector, act) {
            const { node } = cell(at);
            node.scrollIntoView({ block: 'start' });
            await frame();
            const old = find(node, selector);
            const begun = Date.now();
            const done = act(node);
            for (;;) {
                await frame();
                const found = find(node, selector);
                if (found && found !== old) break;
                if (Date.now() - begun > 60000) throw new Error(`no ${selector} in cell ${at}`);
            }
            const seen = await painted();
            await done;
            return [begun, seen];
        },
        run(at, selector) {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = at;
            return bench.seen(at, selector, () => jupyterapp.commands.execute('notebook:run-cell'));
        },
        click(at, button, selector) {
            return bench.seen(at, selector, node => find(node, button).click());
        },
        async clickAway(at, button, selector) {
            const { node } = cell(at);
            find(node, button).click();
            while (find(node, selector)) await frame();
        },
        // Count the time between frames until told to stop.
        frames() {
            const gaps = [];
            let last = performance.now();
            let next = requestAnimationFrame(function each(now) {
                gaps.push(now - last);
                last = now;
                next = requestAnimationFrame(each);
            });
            bench.stop = () => (cancelAnimationFrame(next), gaps);
        },
    };
}"""


class Page:
    """A notebook in a page of its own, with a kernel of its own.

    Its first cell is to be CLOCK; the last one is written over.
    """

    def __init__(self, lab: Lab, browser: Browser, name: str, cells: Sequence[str]) -> None:
        self.notebook = lab.open(browser, name, cells)
        self._last = len(cells) - 1
        self.notebook.page.evaluate(WATCH)

    def run(self, index: int, source: str, selector: str) -> float:
        """Run a cell; return the ms from its end until something new has been painted in it.

        Both clocks are the machine's.
        """
        self.notebook.write(index, source)
        _, seen = self._seen("run", index, selector)
        return seen - float(self.say("_ended[-1]"))

    def click(self, index: int, button: str, selector: str) -> float:
        """Click a button of a cell; return the ms until something new has been painted in it."""
        begun, seen = self._seen("click", index, button, selector)
        return seen - begun

    def click_away(self, index: int, button: str, selector: str) -> None:
        """Click a button of a cell, and wait until something is gone."""
        self._call("clickAway", index, button, selector)

    def say(self, expression: str) -> str:
        """Return what the kernel prints of an expression."""
        self.notebook.write(self._last, f"print({expression})")
        self.notebook.run(self._last)
        return self.notebook.text_of(self._last)

    def close(self) -> None:
        """End the kernel, and leave the page."""
        self.notebook.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
        )
        self.notebook.page.context.close()

    def _seen(self, how: str, *arguments: object) -> tuple[float, float]:
        begun, seen = self._call(how, *arguments)
        return begun, seen

    def _call(self, how: str, *arguments: object) -> list[float]:
        given = ", ".join(json.dumps(each) for each in arguments)
        made: list[float] = self.notebook.page.evaluate(f"() => bench.{how}({given})")
        return made


@contextmanager
def opened(lab: Lab, browser: Browser, name: str, cells: Sequence[str]) -> Iterator[Page]:
    """Open a page, and leave it at the end."""
    page = Page(lab, browser, name, cells)
    try:
        yield page
    finally:
        page.close()
