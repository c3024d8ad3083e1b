"""Which objects a pattern names, in the order of their names, and what tells each from a later one of the same name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mlspec.diagnostics.digest import canonical_digest
from mlspec.runtime.ingest.objects.store import told
from mlspec.runtime.ingest.patterns import Pattern


@dataclass(frozen=True, slots=True)
class Found:
    """An object. `tag`: the store's own mark of its content; where it has none, when it was written."""

    key: str
    size: int
    tag: str | None
    version: str | None
    modified: str

    @property
    def identity(self) -> list[Any]:
        return [self.key, self.size, self.tag or self.modified, self.version]


def listed(store: Any, url: str, pattern: Pattern) -> list[Found]:
    """The objects that a pattern names, by key. Raises MLS0680."""
    import obstore

    with told(url):
        if pattern.is_plain:
            try:
                metas: Iterable[Any] = [obstore.head(store, pattern.text)]
            except FileNotFoundError:
                return []
            return [_found(meta) for meta in metas]
        metas = (meta for chunk in obstore.list(store, prefix=pattern.prefix or None, chunk_size=1000) for meta in chunk)
        return sorted((_found(m) for m in metas if pattern.names(m["path"])), key=lambda f: f.key)


def _found(meta: Any) -> Found:
    return Found(meta["path"], int(meta["size"]), meta["e_tag"], meta["version"], meta["last_modified"].isoformat())


def digest_of(objects: Iterable[Found]) -> str:
    """The digest of which objects there are, and of what each is."""
    return canonical_digest([o.identity for o in objects])
