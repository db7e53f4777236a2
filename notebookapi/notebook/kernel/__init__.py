"""Edges to IPython and ipykernel beyond events and magics: where output goes, who debugs."""
