"""What can go wrong with an export.

ExportError
├── UnreadableNotebook       the file is no notebook, or none in Python
├── UnreadableModule         the file that is to become cells is no Python module
├── NothingToExport          no registration is served
├── HiddenState              a name or a registration lives only in the kernel
├── NotebookOnly             a kept statement uses what only a notebook has (`api`, `display`)
├── NeededMagic              a kept statement is a magic that has no Python equivalent
├── TopLevelAwait            what a kept statement awaits cannot be done by a lifespan
├── CannotFreeze             an object cannot be put into a file
├── FreezerMissing           joblib is not installed
├── OnlyHere                 the module for FastAPI uses what only this package has
├── FastAPIMissing           FastAPI is not installed, so nothing can be proved
├── FormatterMissing         ruff is not installed
├── FormatterFailed          ruff does not accept the assembled module
├── BadTarget                the path cannot be a module, or cannot be written
│   └── TargetEdited         the file was not written by an export, or edited since
└── ProofTimeout             the clean process took too long
"""

from __future__ import annotations


class ExportError(Exception):
    """An export that cannot be made; the message says where, why, and what to do."""


class UnreadableNotebook(ExportError):
    pass


class UnreadableModule(ExportError):
    pass


class NothingToExport(ExportError):
    pass


class HiddenState(ExportError):
    """Names or registrations that no current cell gives; `names` lists them."""

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.names = names


class NotebookOnly(ExportError):
    pass


class NeededMagic(ExportError):
    pass


class TopLevelAwait(ExportError):
    pass


class CannotFreeze(ExportError):
    pass


class FreezerMissing(ExportError):
    pass


class OnlyHere(ExportError):
    pass


class FastAPIMissing(ExportError):
    pass


class FormatterMissing(ExportError):
    pass


class FormatterFailed(ExportError):
    pass


class BadTarget(ExportError):
    pass


class TargetEdited(BadTarget):
    pass


class ProofTimeout(ExportError):
    pass
