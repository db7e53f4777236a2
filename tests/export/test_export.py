"""The whole way, to a file, with the real application."""

from dataclasses import replace
from pathlib import Path

import pytest

from notebookapi.cells import Cell, Registered
from notebookapi.export import ExportRequest, errors, export
from notebookapi.export.target import RECORD, check_target

SOURCES = (
    "from notebookapi import Depends, NotebookAPI\nfrom pydantic import BaseModel\n"
    "app = NotebookAPI(title='Shop')",
    "class Item(BaseModel):\n    name: str\n    price: float = 1.0\nITEMS: dict[int, Item] = {}",
    "def page(limit: int = 10) -> int:\n    return limit",
    "@app.get('/items')\ndef items(limit: int = Depends(page)) -> list[Item]:\n"
    "    '''All of them.'''\n    return list(ITEMS.values())[:limit]\n\n"
    "@app.post('/items/{id}', status_code=201)\ndef create(id: int, item: Item) -> Item:\n"
    "    ITEMS[id] = item\n    return item\nitems(1)",
)
REGISTERED = (
    Registered(4, 2, "GET /items", "items", True),
    Registered(4, 7, "POST /items/{id}", "create", True),
)
REPOSITORY = Path(__file__).parents[2]


def request(*, title: str = "Shop") -> ExportRequest:
    """title: of the live application; another than `Shop` fails the proof."""
    namespace: dict[str, object] = {"__name__": "shop_cells"}
    cells = []
    for number, source in enumerate(SOURCES, 1):
        exec(source, namespace)
        cells.append(Cell(f"k{number}", number, number, source, source, True))
    document = namespace["app"].openapi()  # type: ignore[attr-defined]  # made by exec
    document = {**document, "info": {**document["info"], "title": title}}
    return ExportRequest(cells, REGISTERED, document, directory=REPOSITORY)


def test_proved_and_written(tmp_path: Path) -> None:
    target = tmp_path / "shop.py"
    report = export(request(), target)
    assert str(report) == f"Proved: {target}"
    assert report.proved and report.changed and report.written == target
    assert target.read_text() == report.module.text
    assert "items(1)\n" not in report.module.text
    again = export(request(), target)
    assert again.module == report.module
    assert not again.changed and str(again) == f"Proved: {target} (unchanged)"


def test_a_failed_proof_leaves_the_target_alone(tmp_path: Path) -> None:
    target = tmp_path / "shop.py"
    export(request(), target)
    before = target.read_text()
    report = export(request(title="Store"), target)
    assert report.written == tmp_path / "shop.unproved.py" and report.written.exists()
    assert str(report).splitlines() == [
        f"NOT proved: {report.written}",
        f"{target} stays as it was; what could not be proved is in shop.unproved.py, to look at. "
        "Mend what is listed here and export again, or write it all the same: `--accept`.",
        'differs at $.info.title: "Store" live, "Shop" in the module',
    ]
    assert target.read_text() == before
    export(request(), target)
    assert not report.written.exists(), "a proved export leaves no older failure beside it"


def test_accepting_a_failed_proof(tmp_path: Path) -> None:
    target = tmp_path / "shop.py"
    report = export(request(title="Store"), target, accept=True)
    assert report.written == target and not report.proved
    assert str(report).splitlines()[:2] == [
        f"NOT proved: {target}",
        f"{target} was written all the same, as `--accept` says.",
    ]


def test_a_file_edited_by_hand_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "shop.py"
    export(request(), target)
    target.write_text(target.read_text() + "# mine\n")
    with pytest.raises(errors.TargetEdited, match="was edited since the export"):
        export(request(), target)
    assert target.read_text().endswith("# mine\n")
    export(request(), target, overwrite=True)
    assert not target.read_text().endswith("# mine\n")


def test_a_file_that_no_export_wrote_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "shop.py"
    target.write_text("x = 1\n")
    with pytest.raises(errors.TargetEdited, match="was not written by an export"):
        export(request(), target)


def test_a_broken_record_is_the_safe_side(tmp_path: Path) -> None:
    target = tmp_path / "shop.py"
    export(request(), target)
    (tmp_path / RECORD).write_text("{")
    with pytest.raises(errors.TargetEdited):
        export(request(), target)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("json.py", "would hide the standard library's `json`"),
        ("pydantic.py", "would hide the package `pydantic`"),
        ("my-api.py", "`my-api` cannot be imported"),
        ("class.py", "`class` cannot be imported"),
        ("api.txt", "a module's file ends in .py"),
        ("nowhere/api.py", "there is no folder"),
        ("folder.py", "is a folder"),
    ],
)
def test_bad_targets(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(errors.BadTarget, match=message):
        check_target(tmp_path / name)


def test_a_module_that_would_import_itself(tmp_path: Path) -> None:
    asked = request()
    cells = [*asked.cells]
    using = SOURCES[3].replace("return item\n", "return rates.of(item)\n")
    cells[0] = replace(cells[0], transformed=f"import rates\n{SOURCES[0]}")
    cells[3] = replace(cells[3], transformed=using)
    with pytest.raises(errors.BadTarget, match="would hide the module `rates` that it imports"):
        export(replace(asked, cells=cells), tmp_path / "rates.py")


def test_ruff_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.FormatterMissing, match=r'pip install "notebookapi\[notebook\]"'):
        export(request(), tmp_path / "shop.py")
