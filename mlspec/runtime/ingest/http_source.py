"""Rows from a file on the web; a server that knows what it has is asked for what is new."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics.atomic import PREFIX
from mlspec.runtime import report
from mlspec.runtime.context import Context
from mlspec.runtime.ingest import state
from mlspec.runtime.ingest.download import downloaded, is_as_it_was, shown
from mlspec.runtime.ingest.patterns import Pattern
from mlspec.runtime.ingest.several import parts_of, write_parts

_KEY = "http"


def read(context: Context, section: Mapping[str, Any]) -> None:
    """Fetch the file, and read it; where it is as it was, the rows stay. Raises MLS0613, MLS0614, and what `reading` raises."""
    with downloaded(section, context.folder, known=_validators(state.remembered(context))) as found:
        if not found.is_new:
            report.say(f"{shown(section['url'])} is as it was")
            return
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=context.folder) as scratch:
            name = shown(section["url"])
            parts = parts_of(found.path, name, section.get("member"), Pattern(""), Path(scratch))
            write_parts(context, parts, http=True)
    state.remember(context, {_KEY: dict(found.validators)})


def unchanged(context: Context, section: Mapping[str, Any], rows: str | None) -> bool:
    """Whether the server says so. `rows`: the digest of the rows of the last reading, where they are not here."""
    return is_as_it_was(section, _validators(state.remembered(context, rows=rows)))


def _validators(told: Mapping[str, Any] | None) -> dict[str, str]:
    """The headers that ask; what somebody else wrote into the file asks nothing."""
    found = (told or {}).get(_KEY)
    return {k: v for k, v in found.items() if isinstance(v, str) and v.isprintable()} if isinstance(found, dict) else {}
