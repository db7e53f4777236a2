"""The Python inside of cell magics, as IPython would run it."""

from __future__ import annotations

import pytest

from notebookapi.cells.magics import Magic, python_inside

_STRING = 't = """\n%not a magic\n!nor this\n"""\n'
CASES = {
    "plain": ("x = 1\n", "x = 1\n"),
    "line magic": ("%pwd\nx = 1\n", "get_ipython().run_line_magic('pwd', '')\nx = 1\n"),
    "shell": ("!ls -l\n", "get_ipython().system('ls -l')\n"),
    "indented": (
        "if x:\n    %time y = 1\n",
        "if x:\n    get_ipython().run_line_magic('time', 'y = 1')\n",
    ),
    "assigned": ("files = !ls\n", "files = get_ipython().getoutput('ls')\n"),
    "assigned magic": ("a = %pwd\n", "a = get_ipython().run_line_magic('pwd', '')\n"),
    "in a string": (_STRING, _STRING),
    "modulo in brackets": ("x = (7\n% 4)\n", "x = (7\n% 4)\n"),
    "in place": ("x %= 3\n", "x %= 3\n"),
    "unequal": ("x = y != z\n", "x = y != z\n"),
    "cell magic in a cell magic": (
        "%%capture out\nx = 1\n",
        "get_ipython().run_cell_magic('capture', 'out', 'x = 1\\n')\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["time", "capture"])
def test_body_of_a_cell_magic(name: str, case: str) -> None:
    body, expected = CASES[case]
    assert python_inside(Magic("cell", name, "", body)) == expected


LINES = {
    ("time", "x = f()"): "x = f()",
    ("env", "KEY=value"): "import os\nos.environ['KEY'] = 'value'",
    ("env", "KEY = a b"): "import os\nos.environ['KEY'] = 'a b'",
    ("env", "KEY value"): "import os\nos.environ['KEY'] = 'value'",
    ("set_env", "KEY="): "import os\nos.environ['KEY'] = ''",
    ("env", "KEY="): "import os\nos.environ['KEY'] = ''",
    ("env", "KEY"): None,
    ("env", ""): None,
    ("env", "KEY=$other"): None,
    ("env", "KEY={other}"): None,
    ("timeit", "f()"): None,
}


@pytest.mark.parametrize(("name", "line"), LINES)
def test_line_magics(name: str, line: str) -> None:
    assert python_inside(Magic("line", name, line)) == LINES[name, line]
