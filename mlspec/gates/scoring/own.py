"""Metrics of the user's, asked by a desk in a process of their own: no model is loaded there, and what comes back is numbers of known size.

Unlike a model, such a function is given the labels: what it costs to be wrong can't be told without them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.gates.scoring import answers as read
from mlspec.gates.scoring.errand import Errand, scoring_seconds
from mlspec.gates.scoring.helper import scratch_folder
from mlspec.gates.scoring.score import ROOM, sent
from mlspec.gates.scoring.work import CODES, GIVEN, INDEX, write_answers
from mlspec.metrics.answers import Array
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.own import own_from, parts_of
from mlspec.runtime.predict import Predictions

_SECTION = ("task", "target", "labelSeparator", "query", "own")


def with_own(root: Path, who: str, params: Mapping[str, Any], rows: Path, answers: Predictions, how: Resampling) -> Predictions:
    """Answers to the rows of a verified Parquet file, carrying what the metrics of `params` (`own`, a section of evaluate) gave for them.

    `who`: whose answers. Raises MLS0716, MLS0717, and what `runtime.own.asked` raises.
    """
    if not params.get("own"):
        return answers
    asked = _Asked(root, who, params, rows, answers, parts_of(len(answers.predicted), how))
    found = asked.on(None, list(params["own"]))
    return replace(
        answers, own={name: own_from(name, section, found[name], asked.codes, asked.again(name)) for name, section in params["own"].items()}
    )


class _Asked:
    """Whose answers to which rows are measured."""

    def __init__(self, root: Path, who: str, params: Mapping[str, Any], rows: Path, answers: Predictions, codes: Array) -> None:
        self._root, self._who, self._rows, self._answers, self.codes = root, who, rows, answers, codes
        self._params = {key: params[key] for key in _SECTION if key in params}

    def again(self, name: str) -> Any:
        """One of the metrics, for some of the rows."""
        return lambda index: self.on(index, [name])[name]

    def on(self, index: Array | None, names: Sequence[str]) -> dict[str, Array]:
        """What metrics give, as `runtime.own.asked` says. `index`: for some of the rows, of metrics that are one number; None: for all."""
        answers, count = self._answers, len(self._answers.predicted)
        with scratch_folder() as scratch:
            given = scratch.path / GIVEN
            given.mkdir()
            write_answers(given, answers, answers.classes, self._params["task"])
            (given / CODES).write_bytes(self.codes.astype("<i8").tobytes())
            if index is not None:
                (given / INDEX).write_bytes(index.astype("<i8").tobytes())
            details = {
                "params": {**self._params, "own": {name: self._params["own"][name] for name in names}},
                "rows": str(self._rows.resolve()),
                "classes": None if answers.classes is None else list(answers.classes),
                "levels": None if answers.levels is None else list(answers.levels),
            }
            errand = Errand("metrics", self._who, self._root, details, scoring_seconds(), (self._rows,), limit=ROOM + 16 * count)
            shapes = sent(errand, scratch).get("shapes")
            return {name: self._numbers(scratch.out_descriptor, name, shapes, count if index is None else len(index)) for name in names}

    def _numbers(self, out: int, name: str, shapes: Any, rows: int) -> Array:
        parts = len(np.unique(self.codes))
        shape = shapes.get(name) if isinstance(shapes, dict) else None
        by_part = isinstance(shape, list) and len(shape) == 1 and isinstance(shape[0], int) and 1 < shape[0] <= 1 + parts
        if not by_part and shape not in ([rows, 1], [rows, 2]):
            raise problem("MLS0717", f"{self._who}: the metric `{name}` gives numbers of no known form", help="mend the metric")
        assert isinstance(shape, list)  # noqa: S101 - just seen
        count = int(np.prod(shape))
        return read.numbers(out, f"{name}.bin", "<f8", count, self._who, f"numbers of `{name}`").astype(np.float64).reshape(shape)
