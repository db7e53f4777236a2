"""Modules that depend on the folder where they are started."""

from pathlib import Path

import pytest

from notebookapi.cells import Cell, Registered
from notebookapi.export import ExportRequest, export
from notebookapi.export.files import reads_files

MODULES = [
    ("pickle.load(open('model.pkl', 'rb'))", True),
    ("pd.read_csv('data/items.csv')", True),
    ("joblib.load('model.joblib')", True),
    ("StaticFiles(directory='static/')", True),
    ("Path('items.json').read_text()", True),
    ("open('/srv/model.pkl')", False),
    ("pd.read_csv('https://example.com/items.csv')", False),
    ("open(path)", False),
    ("sqlite3.connect(':memory:')", False),
    ("greet('model.pkl')", False),
]


@pytest.mark.parametrize(("text", "reads"), MODULES, ids=[each[0] for each in MODULES])
def test_reads_files(text: str, reads: bool) -> None:
    assert reads_files(text) is reads


SOURCE = (
    "from pathlib import Path\nfrom notebookapi import NotebookAPI\n"
    "app = NotebookAPI(title=Path('title.txt').read_text())\n"
    "@app.get('/a')\ndef a() -> int:\n    return 1"
)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_target_in_another_folder_has_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: bool
) -> None:
    here = tmp_path / "notebook"
    target = (tmp_path / "service" if elsewhere else here) / "shop.py"
    here.mkdir()
    target.parent.mkdir(exist_ok=True)
    (here / "title.txt").write_text("Shop")
    monkeypatch.chdir(here)
    namespace: dict[str, object] = {"__name__": "shop_cells"}
    exec(SOURCE, namespace)
    document = namespace["app"].openapi()  # type: ignore[attr-defined]  # made by exec
    cell = Cell("k", 1, 1, SOURCE, SOURCE, True)
    registered = Registered(1, 4, "GET /a", "a", True)
    report = export(ExportRequest([cell], [registered], document, directory=here), target)
    assert report.proved, str(report)
    note = "relative paths are read from the folder where the program is started"
    assert [note in each for each in report.module.notes] == [True] * elsewhere
