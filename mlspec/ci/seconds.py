"""What the last recorded run of an object took: a trailer of the commit that brought its results, `Mlspec-Seconds: model/demand 12.5`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import run_git
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
    wanted, found, skip = set(refs), dict[str, float](), 0
    if not wanted or Repository(root).is_shallow():
        return {}
    for count in COMMITS:
        log = run_git(root, ["log", f"--skip={skip}", f"--max-count={count}", "--format=%B%x00", "HEAD", "--", "pipelines"])
        for line in log.text.splitlines() if log.code == 0 else ():
            match = _LINE.fullmatch(line)
            if match and match[1] in wanted:
                found.setdefault(match[1], float(match[2]))
        if len(found) == len(wanted) or log.code != 0 or log.text.count("\0") < count:
            break
        skip += count
    return dict(sorted(found.items()))
