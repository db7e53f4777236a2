"""Python source as static HTML, coloured: by JupyterLab's own colours, and readable without."""

from __future__ import annotations

from html import escape

from notebookapi.notebook.views import pieces

# Fallbacks that can be read on white and on black alike: a saved notebook is shown on either.
_COLOURS = {
    "Token.Keyword": "var(--jp-mirror-editor-keyword-color,#2e8540)",
    "Token.Literal.String": "var(--jp-mirror-editor-string-color,#cc4030)",
    "Token.Literal.Number": "var(--jp-mirror-editor-number-color,#2e8540)",
    "Token.Comment": "var(--jp-mirror-editor-comment-color,#767676)",
    "Token.Name.Function": "var(--jp-mirror-editor-def-color,#2478cc)",
    "Token.Name.Builtin": "var(--jp-mirror-editor-builtin-color,#2e8540)",
    "Token.Operator.Word": "var(--jp-mirror-editor-operator-color,#a24fd0)",
}


def highlighted(source: str) -> str:
    """Return Python source as HTML. Long lines are scrolled, not broken."""
    # Of use where there is source to show: it takes its time to load.
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]  # it comes without types

    pieces_of_it = PythonLexer(stripnl=False).get_tokens(source)
    shown = "".join(_span(str(kind), text) for kind, text in pieces_of_it)
    style = f"margin:2px 0 6px;{pieces.FONT};white-space:pre;background:none;color:inherit"
    return f'<pre style="{style}">{shown}</pre>'


def _span(kind: str, text: str) -> str:
    colour = next((each for name, each in _COLOURS.items() if kind.startswith(name)), None)
    return escape(text) if colour is None else f'<span style="color:{colour}">{escape(text)}</span>'
