"""Route tables: path templates, the segment tree, finding and patching. Knows no framework."""

from notebookapi._table.pattern import Capture as Capture
from notebookapi._table.pattern import InvalidPattern as InvalidPattern
from notebookapi._table.pattern import Kind as Kind
from notebookapi._table.pattern import Pattern as Pattern
from notebookapi._table.pattern import Segment as Segment
from notebookapi._table.pattern import compile_pattern as compile_pattern
from notebookapi._table.table import RouteMatch as RouteMatch
from notebookapi._table.table import RouteTable as RouteTable
from notebookapi._table.tree import Entry as Entry
