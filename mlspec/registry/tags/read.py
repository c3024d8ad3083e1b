"""Every GTO tag of a repository, read at once (0.2 s for 12,000 tags, where GTO takes half a minute)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.tags import GitTag, every_tag
from mlspec.registry.tags.grammar import TagName, parse

_TRAILER = re.compile(r"^Mlspec-(Model|Record|Claim|Merge): (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag and what it points at. `commit` is peeled; None where the tag names no commit.

    A lightweight tag has no tagger, date or message, and GTO does not see it.
    """

    ref: str
    """The tag's name, without `refs/tags/`."""
    name: TagName
    object: str
    """The id of the tag object; of a lightweight tag, of what it points at."""
    commit: str | None
    annotated: bool
    tagger: str = ""
    """`Name <mail>`."""
    date: datetime | None = None
    message: str = ""

    def trailer(self, key: str) -> str | None:
        """`Model`, `Record`, `Claim` or `Merge` of a tag that `mlspec tag` wrote; None in every other."""
        return dict(_TRAILER.findall(self.message)).get(key)


def read_tags(repository: Repository) -> tuple[Tag, ...]:
    """Every tag in GTO's grammar, whoever wrote it; oldest first, as GTO orders them (lightweight ones before all others)."""
    found = map(_tag, every_tag(repository))
    return tuple(sorted((t for t in found if t), key=lambda t: (_when(t), t.name.number or 0, t.ref)))


def tags_of(tags: Iterable[Tag], model: str) -> tuple[Tag, ...]:
    """The tags of one model of this project (not of an artifact of that name in some folder), in the order given."""
    return tuple(t for t in tags if t.name.model == model and t.name.folder is None)


def stage_tags(tags: Iterable[Tag], model: str, stage: str) -> tuple[Tag, ...]:
    """The tags that give or take a stage, in the order given."""
    return tuple(t for t in tags_of(tags, model) if t.name.stage == stage)


def _tag(tag: GitTag) -> Tag | None:
    name = parse(tag.name)
    if name is None:
        return None
    date = None if tag.when is None else datetime.fromtimestamp(tag.when, UTC)
    return Tag(tag.name, name, tag.object, tag.commit, tag.annotated, tag.tagger, date, tag.message)


def _when(tag: Tag) -> float:
    return tag.date.timestamp() if tag.date else 0.0
