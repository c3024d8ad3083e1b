"""Text of a spec in a workflow: GitHub must take it as it stands."""

from __future__ import annotations

_OPEN = "${{"


def literal(text: str) -> str:
    """Return `text` so that GitHub evaluates nothing in it: an expression's opening becomes an expression that gives just that."""
    return text.replace(_OPEN, "${{ '${{' }}")
