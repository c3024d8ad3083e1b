"""What the last recorded run of an object took: a trailer of the commit that brought its results, `Mlspec-Seconds: model/demand 12.5`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import PIPELINES
from mlspec.promotion.proposals.proposal import SECONDS

KEY = SECONDS
COMMITS = (30, 270)
"""How many commits that touch the pipelines are read, in two steps: the second only where an object was not in the first."""
_LINE = re.compile(rf"{KEY}: ((?:source|model)/[a-z0-9-]{{1,63}}) ([0-9]{{1,9}}(?:\.[0-9]{{1,6}})?)\s*")


def trailers(seconds: Mapping[str, float]) -> str:
    """The lines for a commit's message, one an object, sorted; tenths of a second, and not nought for what ran."""
    return "".join(f"{KEY}: {ref} {max(0.1, round(took, 1)):g}\n" for ref, took in sorted(seconds.items()))


def last_seconds(root: Path, refs: Iterable[str]) -> dict[str, float]:
    """{object: seconds} of those whose last run stands in the newest commits, by one or two `git log`; none in a shallow clone.

    The lines count wherever they stand in a message: a squashed merge moves them away from its end.
    """
    wanted, found, skip, repository = set(refs), dict[str, float](), 0, Repository(root)
    head = None if not wanted or repository.is_shallow() else repository.find("HEAD")
    if head is None:
        return {}
    for count in COMMITS:
        messages = repository.messages(head, paths=[PIPELINES], skip=skip, count=count)
        for line in (line for message in messages for line in message.splitlines()):
            match = _LINE.fullmatch(line)
            if match and match[1] in wanted:
                found.setdefault(match[1], float(match[2]))
        if len(found) == len(wanted) or len(messages) < count:
            break
        skip += count
    return dict(sorted(found.items()))
