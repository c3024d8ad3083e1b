"""Cross-validation at a desk: each fold is trained in a process of its own, which gets the fold's features and none of its labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.gates.scoring.helper import scratch_folder
from mlspec.metrics.folded import Folded

if TYPE_CHECKING:
    from mlspec.gates.bench import Bench
    from mlspec.runtime.cross_validate.folds import Part
    from mlspec.runtime.predict import Predictions


def cross_validated(bench: Bench) -> Mapping[str, Folded] | None:
    """The metrics of `validation` that KPIs ask for, measured here whatever the stage wrote; None where none does.

    Raises MLS0658, and what `retrained` raises.
    """
    from mlspec.runtime.cross_validate.folds import cross_validate

    params = bench.params.get("validation")
    if params is None:
        return None
    with scratch_folder() as scratch:
        return cross_validate(params, bench.train, scratch.path, _AtDesk(bench), floor=False).metrics


class _AtDesk:
    """Has a recipe trained, and asked, by a helper; metrics of the user's are asked when it has answered."""

    def __init__(self, bench: Bench) -> None:
        self._bench, self._params = bench, bench.params["validation"]

    def __call__(self, learn: Path, rest: Path, count: int, part: Part) -> Predictions:
        from mlspec.gates.scoring.own import with_own
        from mlspec.gates.scoring.score import retrained
        from mlspec.runtime.cross_validate import how_of

        root, one = self._bench.root, self._bench.challenger
        answers = retrained(root, one, self._params["train"], learn, rest, count, part=part)
        return with_own(root, f"metrics of {one.who} on a fold", self._params, rest, answers, how_of(self._params))
