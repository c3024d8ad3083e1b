"""Rows from objects of a bucket: what is there is listed first, and nothing is read where it is what was read last."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.diagnostics.atomic import PREFIX
from mlspec.runtime import report
from mlspec.runtime.context import Context
from mlspec.runtime.ingest import state
from mlspec.runtime.ingest.objects.fetch import Changed, fetched
from mlspec.runtime.ingest.objects.listing import Found, digest_of, listed
from mlspec.runtime.ingest.objects.store import opened
from mlspec.runtime.ingest.patterns import Pattern
from mlspec.runtime.ingest.several import parts_of, write_parts

_KEY = "object"
TRIES = 2
"""How often a listing is read of which an object changes meanwhile."""


def read(context: Context, section: Mapping[str, Any]) -> None:
    """Fetch the objects, and read them. Raises MLS0611, MLS0680 to MLS0682, and what `reading` raises."""
    store, pattern = opened(section["url"])
    for _ in range(TRIES):
        objects = _listed(store, section["url"], pattern)
        told = _told(objects)
        if (state.remembered(context) or {}).get(_KEY) == told:
            report.say(f"{section['url']} is as it was: {len(objects):,} objects")
            return
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=context.folder) as folder:
            try:
                paths = fetched(store, section["url"], objects, Path(folder))
            except Changed as error:
                changed = str(error)
                continue
            bucket = section["url"].partition("://")[2].partition("/")[0]
            meant, scratch = Pattern(f"{bucket}/{pattern}"), Path(folder)
            shown = [f"{bucket}/{found.key}" for found in objects]
            pairs = zip(paths, shown, strict=True)
            write_parts(context, [part for path, name in pairs for part in parts_of(path, name, section.get("member"), meant, scratch)])
        state.remember(context, {_KEY: told})
        return
    fix = "the rows of the last reading stay. Write new objects beside the old ones, or read when nobody writes"
    raise problem("MLS0681", f"{section['url']}: `{changed}` changed while it was read, {TRIES} times", help=fix)


def unchanged(context: Context, section: Mapping[str, Any], rows: str | None) -> bool:
    """Whether the listing is the one of the last reading. `rows`: the digest of its rows, where they are not here."""
    told = (state.remembered(context, rows=rows) or {}).get(_KEY)
    if told is None:
        return False
    store, pattern = opened(section["url"])
    return bool(told == _told(_listed(store, section["url"], pattern)))


def _listed(store: Any, url: str, pattern: str) -> list[Found]:
    found = listed(store, url, Pattern(pattern))
    if not found:
        fix = "the rows of the last reading stay. `*` stands for what is within a folder, `**` for folders too"
        raise problem("MLS0611", f"{url} names no object", help=fix)
    return found


def _told(objects: list[Found]) -> dict[str, Any]:
    return {"objects": len(objects), "bytes": sum(o.size for o in objects), "digest": digest_of(objects)}
