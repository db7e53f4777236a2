"""Cells that ran, and what their statements bind and read. Standard library only."""

from notebookapi.cells.cell import Cell as Cell
from notebookapi.cells.cell import Registered as Registered
