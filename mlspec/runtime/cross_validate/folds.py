"""Cross-validation: a recipe trained anew without each fold of the training rows, and asked for the rows of that fold.

Whoever trains and asks is handed over: the stage does it in its own process, a desk in a process for each fold, which gets no label of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mlspec.metrics.answers import Answers, Array
from mlspec.metrics.folded import Folded, folded

if TYPE_CHECKING:
    import pandas as pd

Part = Literal["model", "baseline"]
_MODEL: tuple[Part, ...] = ("model",)
Answer = Callable[[Path, Path, int, Part], Answers]
"""(rows to learn from, rows to answer, how many these are, what to train) -> answers, with those of the user's own metrics."""


@dataclass(frozen=True, slots=True)
class Measured:
    """`metrics`: of the model by metric, and `floor`: of the baseline, as far as its answers fit the metric; `sizes`: a fold."""

    metrics: Mapping[str, Folded]
    floor: Mapping[str, Folded]
    sizes: tuple[tuple[int, int], ...]


def positions(params: Mapping[str, Any], rows: pd.DataFrame) -> list[tuple[Array, Array]]:
    """The folds of n training rows, as the section `cross_validate` says: positions to learn from, and to judge on. Raises MLS0658."""
    from mlspec.runtime.train.fit import target_values
    from mlspec.runtime.tune.folds import folds_of, rows_of

    by = rows_of(params["train"], rows, params["split"], target_values(params["train"], rows))
    return folds_of(by, params["folds"], params["seed"], params["repeats"])


def cross_validate(params: Mapping[str, Any], train: Path, scratch: Path, answer: Answer, *, floor: bool = True) -> Measured:
    """Measure on each fold of a Parquet file; fold by fold, so that no more than one lies in `scratch`. `floor`: the baseline, too."""
    from mlspec.metrics.own import measurable
    from mlspec.metrics.weighted import value
    from mlspec.runtime.frames import read_frame
    from mlspec.runtime.target import truth_of

    found: dict[Part, list[dict[str, float]]] = {"model": [], "baseline": []}
    sizes = []
    for learn, rest, size in _files(train, positions(params, read_frame(train)), scratch):
        actual = truth_of(read_frame(rest), params)
        for part in found if floor else _MODEL:
            answers = answer(learn, rest, size[1], part)
            found[part].append({name: value(name, actual, answers) for name in measurable(params["metrics"], answers)})
        sizes.append(size)
    by_part = {part: _over_folds(values, sizes, params) for part, values in found.items()}
    return Measured(by_part["model"], by_part["baseline"], tuple(sizes))


def _over_folds(values: list[dict[str, float]], sizes: list[tuple[int, int]], params: Mapping[str, Any]) -> dict[str, Folded]:
    names = [name for name in params["metrics"] if values and all(name in fold for fold in values)]
    alike = params["split"]["strategy"] != "time"
    return {name: folded([fold[name] for fold in values], sizes, params["confidence"], alike=alike) for name in names}


def _files(train: Path, folds: list[tuple[Array, Array]], scratch: Path) -> Iterator[tuple[Path, Path, tuple[int, int]]]:
    """Both sides of each fold as files, with the types that Parquet has for them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(train)
    paths = scratch / "learn.parquet", scratch / "rest.parquet"
    for sides in folds:
        for path, index in zip(paths, sides, strict=True):
            pq.write_table(table.take(pa.array(index)), path)
        yield *paths, (len(sides[0]), len(sides[1]))
