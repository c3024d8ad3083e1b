"""Rows from a file on the web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlspec.runtime.context import Context
from mlspec.runtime.ingest.download import downloaded, shown
from mlspec.runtime.ingest.reading import write


def read(context: Context, section: Mapping[str, Any]) -> None:
    """Fetch the file, and read it. Raises MLS0613, MLS0614, and what `reading` raises."""
    with downloaded(section, context.folder) as path:
        write(context, path, shown(section["url"]), http=True)
