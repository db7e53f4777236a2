"""Cells that ran -> a proved module. Knows neither IPython nor the notebook side."""

from notebookapi.export.errors import ExportError as ExportError
from notebookapi.export.export import export as export
from notebookapi.export.prove import prove as prove
from notebookapi.export.records import CellLine as CellLine
from notebookapi.export.records import Difference as Difference
from notebookapi.export.records import ExportedModule as ExportedModule
from notebookapi.export.records import ExportReport as ExportReport
from notebookapi.export.records import ExportRequest as ExportRequest
from notebookapi.export.records import Proof as Proof
from notebookapi.export.write import write_module as write_module
