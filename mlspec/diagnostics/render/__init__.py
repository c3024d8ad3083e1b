"""One way to print diagnostics a file; each is a function of the findings alone (and of the sources, for excerpts)."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence

from mlspec.diagnostics.diagnostic import Diagnostic

STYLES = ("full", "concise", "json", "sarif", "github")


def render(found: Sequence[Diagnostic], style: str, *, colour: bool = False, sources: Mapping[str, str] | None = None) -> str:
    """Return the findings as text. `sources` gives the files' texts; without it they are read from the working directory."""
    module = importlib.import_module(f"mlspec.diagnostics.render.{style}")
    text: str = module.render(found, colour=colour, sources=sources)
    return text
