"""Which objects a pattern names, in the order of their names, and what tells each from a later one of the same name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mlspec.diagnostics.digest import canonical_digest
from mlspec.runtime.ingest.objects.store import told

_PARTITION = re.compile(r"([^=/]+)=([^/]*)")


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


@dataclass(frozen=True)
class Pattern:
    """A pattern of keys: `*` stands for what is within a folder, `**` for folders too."""

    text: str

    @property
    def prefix(self) -> str:
        """The folder that all keys have in common; the store lists no other."""
        return self.text.partition("*")[0].rpartition("/")[0]

    @cached_property
    def regex(self) -> re.Pattern[str]:
        words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
        parts = re.split(r"(\*\*/|\*\*|\*)", self.text)
        return re.compile("".join(words.get(p) or re.escape(p) for p in parts), re.DOTALL)

    def names(self, key: str) -> bool:
        """Whether a key is meant. In a pattern, names that begin with `.` or `_` are no data, as other readers have it, but for columns."""
        if not self.regex.fullmatch(key):
            return False
        meant = {*self.text.split("/")}
        return all(part in meant or "=" in part or not part.startswith((".", "_")) for part in key.split("/"))


def listed(store: Any, url: str, pattern: Pattern) -> list[Found]:
    """The objects that a pattern names, by key. Raises MLS0680."""
    import obstore

    with told(url):
        if "*" not in pattern.text:
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


def partitions(key: str) -> dict[str, str | None]:
    """The columns that the folders of a key name, as Hive writes them: `region=007/day=1/x.parquet`. Their values are text: 007 stays.

    Raises ValueError for a name that comes twice.
    """
    from urllib.parse import unquote

    found: dict[str, str | None] = {}
    for part in key.split("/")[:-1]:
        match = _PARTITION.fullmatch(part)
        if match:
            name, value = unquote(match[1]), unquote(match[2])
            if name in found:
                raise ValueError(name)
            found[name] = None if value == "__HIVE_DEFAULT_PARTITION__" else value
    return found
