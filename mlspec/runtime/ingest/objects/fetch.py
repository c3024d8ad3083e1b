"""Objects -> scratch files, several at once and each in pieces, and never another content than the one that was listed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mlspec.runtime.ingest.objects.listing import Found
from mlspec.runtime.ingest.objects.store import is_changed, told

AT_ONCE = 8
_PIECE = 4 << 20
_SUFFIXES = re.compile(r"(\.[A-Za-z0-9]{1,8}){1,2}$")


class Changed(Exception):
    """An object is no longer the one that was listed. Its text: the key."""


def fetched(store: Any, url: str, objects: Sequence[Found], folder: Path) -> list[Path]:
    """Fetch all objects into `folder`, in their order. Raises Changed, and MLS0680."""
    paths = [folder / f"{n:06}{_suffixes(o.key)}" for n, o in enumerate(objects)]
    with ThreadPoolExecutor(min(AT_ONCE, len(objects))) as pool:
        tasks = [pool.submit(_fetch, store, url, o, path) for o, path in zip(objects, paths, strict=True)]
        try:
            for task in tasks:
                task.result()
        except BaseException:
            for task in tasks:
                task.cancel()
            raise
    return paths


def _suffixes(key: str) -> str:
    """What tells the reader what the file is."""
    found = _SUFFIXES.search(key.rpartition("/")[2])
    return found[0] if found else ""


def _fetch(store: Any, url: str, wanted: Found, path: Path) -> None:
    import obstore

    options: Any = {"if_match": wanted.tag} if wanted.tag else {}
    if wanted.version:
        options["version"] = wanted.version
    try:
        with told(url):
            answer = obstore.get(store, wanted.key, options=options)
            if answer.meta["size"] != wanted.size or (wanted.tag and answer.meta["e_tag"] != wanted.tag):
                raise Changed(wanted.key)  # a store that does not know `If-Match` gives what it has
            with path.open("wb") as file:
                for piece in answer.stream(min_chunk_size=_PIECE):
                    file.write(piece)
    except Changed:
        raise
    except Exception as error:
        if is_changed(error):
            raise Changed(wanted.key) from None
        raise
    if path.stat().st_size != wanted.size:
        raise Changed(wanted.key)
