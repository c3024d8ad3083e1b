"""One way to print diagnostics a file; each is a function of the findings alone (and of the sources, for excerpts)."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlspec.diagnostics.diagnostic import Diagnostic
from mlspec.diagnostics.secrets import masked, stretches

STYLES = ("full", "concise", "json", "sarif", "github")


def render(found: Sequence[Diagnostic], style: str, *, colour: bool = False, sources: Mapping[str, str] | None = None) -> str:
    """Return the findings as text. `sources` gives the files' texts; without it they are read from the working directory."""
    module = importlib.import_module(f"mlspec.diagnostics.render.{style}")
    text: str = module.render([_safe(d) for d in found], colour=colour, sources=sources)
    return text


def _safe(diagnostic: Diagnostic) -> Diagnostic:
    """The finding without the secrets that stand in its words; without its fix, where that would write one."""
    words = [diagnostic.message, diagnostic.help or "", *(r.message for r in diagnostic.related)]
    fix = diagnostic.fix
    edits = [fix.title, *(e.text for e in fix.edits)] if fix else []
    if not any(stretches(text) for text in (*words, *edits)):
        return diagnostic
    related = tuple(replace(r, message=masked(r.message)) for r in diagnostic.related)
    kept = replace(diagnostic, message=masked(diagnostic.message), help=masked(diagnostic.help or "") or None, related=related, fix=fix)
    if any(stretches(text) for text in edits):
        object.__setattr__(kept, "fix", None)
    return kept
