"""What `validate` and `plan` cost when they remember: cold, nothing changed, one model changed; of so many models."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from timing import Took, judge, line, median, run

VERBS = ("validate", "plan")
SMALL = {"nothing changed": 0.35, "one changed": 0.5}
"""Seconds of the processor, of 1,000 models."""
LARGE = {"nothing changed": 3.0}
"""The same of 10,000."""
_TURN = itertools.count(2)


def remembered(mlspec: str, small: Path, large: Path) -> list[bool]:
    """The figures of both projects, which are applied here."""
    return [held for root, limits in ((small, SMALL), (large, LARGE)) for held in _of(mlspec, root, limits)]


def _of(mlspec: str, root: Path, limits: dict[str, float]) -> Iterator[bool]:
    run([mlspec, "apply"], root)
    count = len(list((root / "specs/models").iterdir()))
    for verb in VERBS:
        took = _took(mlspec, verb, root, 3 if count <= 1_000 else 1)
        for what, seconds in took.items():
            line(f"{verb}, {count:,} models, {what}", seconds, f"{seconds.busy / took['cold'].busy:.2f} of cold")
        for what, limit in limits.items():
            yield judge(f"{verb}, {count:,} models, {what} (processor)", took[what].busy, limit, "s")


def _took(mlspec: str, verb: str, root: Path, times: int) -> dict[str, Took]:
    """Medians; the three in turn, so that a busy machine slows all."""
    rounds = []
    for _ in range(times):
        cold = run([mlspec, verb, "--no-cache"], root)
        run([mlspec, verb], root)
        same = run([mlspec, verb], root)
        _edit(root)
        rounds.append((cold, same, run([mlspec, verb], root)))
    return dict(zip(("cold", "nothing changed", "one changed"), map(median, zip(*rounds, strict=True)), strict=True))


def _edit(root: Path) -> None:
    """Another parameter for one model."""
    path = root / "specs/models/m500.yaml"
    head, _, tail = path.read_text(encoding="utf-8").partition("alpha: ")
    path.write_text(f"{head}alpha: {next(_TURN)}.0{tail[tail.index('}') :]}", encoding="utf-8")
