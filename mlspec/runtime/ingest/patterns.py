"""Patterns of names: of objects in a bucket, files in the repository, members of an archive; and the columns that folders name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

_PARTITION = re.compile(r"([^=/]+)=([^/]*)")


@dataclass(frozen=True, slots=True)
class Part:
    """A file. `shown`: what messages call it; `folders`: columns whose value its folders name, None where it is missing.

    `columns`: its own, by DuckDB's type; `skip`: the empty lines before a CSV file's heading. `name`: what rows call it, where that is
    not what messages do; `below`: its name below what all have in common.
    """

    path: Path
    shown: str
    folders: Mapping[str, str | None]
    name: str = ""
    below: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    skip: int = 0


@dataclass(frozen=True)
class Pattern:
    """A pattern of names: `*` stands for what is within a folder, `**` for folders too."""

    text: str

    @property
    def is_plain(self) -> bool:
        """Whether it names one thing alone."""
        return "*" not in self.text

    @property
    def prefix(self) -> str:
        """The folder that all names have in common."""
        return self.text.partition("*")[0].rpartition("/")[0]

    @cached_property
    def regex(self) -> re.Pattern[str]:
        words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}
        parts = re.split(r"(\*\*/|\*\*|\*)", self.text)
        return re.compile("".join(words.get(p) or re.escape(p) for p in parts), re.DOTALL)

    def names(self, key: str) -> bool:
        """Whether a name is meant. In a pattern, names that begin with `.` or `_` are no data, as for other readers, but for columns."""
        if not self.regex.fullmatch(key):
            return False
        meant = {*self.text.split("/")}
        return all(part in meant or "=" in part or not part.startswith((".", "_")) for part in key.split("/"))


def partitions(key: str) -> dict[str, str | None]:
    """The columns that the folders of a name say, as Hive writes them: `region=007/day=1/x.parquet`. Their values are text: 007 stays.

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
