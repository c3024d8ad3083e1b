"""What answers every probe, as digests: scikit-learn's own at training, ours when the model is loaded. Equal digests are equal bits."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from mlspec.diagnostics import Problems
from mlspec.runtime.artifact import LoadedModel
from mlspec.runtime.compiled.engine import Engine
from mlspec.runtime.compiled.plain import conversions, prepared_rows
from mlspec.runtime.compiled.preprocess import Preprocess
from mlspec.runtime.compiled.probes import boundary_matrix, holes, probe_rows
from mlspec.runtime.compiled.proof import ALONE, asked_of, frame_of
from mlspec.runtime.compiled.refused import UnsureError
from mlspec.runtime.compiled.scorer import Array, Scorer, Scores
from mlspec.runtime.predict import Predictions, answer

Rows = Sequence[Sequence[Any]]


class Answering(Protocol):
    """Who is asked: the matrix of prepared rows, what a part of a matrix scores (None: refused), and the whole way of rows."""

    def matrix(self, rows: Rows) -> Array: ...

    def scores(self, part: Array) -> Scores | None: ...

    def answers(self, rows: Rows) -> Predictions | str: ...


@dataclass(frozen=True, slots=True)
class Outline:
    """`digests` of the answers in turn; `rows` that were asked about; `parts`: the matrices that were scored."""

    digests: tuple[str, ...]
    rows: int
    parts: Sequence[Array]


def probes(signature: Any, smoke: Mapping[str, Any], preprocess: Preprocess, scorer: Scorer) -> list[list[Any]]:
    """The rows of the proof: the same for the same model. Golden rows are among them where they are plain."""
    names, golden = signature.names, smoke["inputs"]
    try:
        rows = prepared_rows(conversions(signature), names, {n: [row[n] for row in golden] for n in names}) if golden else []
    except UnsureError:
        rows = []
    return probe_rows(signature.features, preprocess, rows, thresholds_of(scorer))


def thresholds_of(scorer: Scorer) -> dict[int, Array]:
    """Those of trees; else none."""
    return getattr(scorer, "thresholds", dict)()


def outline(who: Answering, rows: Rows, thresholds: Mapping[int, Array], single: int) -> Outline:
    """Ask for everything. `single`: how many rows of each part are asked alone, too."""
    empty = holes(rows)
    matrix = who.matrix(rows)
    parts = [p for p in (matrix[~empty], matrix[empty], boundary_matrix(matrix[~empty], thresholds)) if len(p)]
    found = [_digest(matrix)]
    for part in parts:
        found.append(_of_scores(who.scores(part)))
        chosen = np.linspace(0, len(part) - 1, single).astype(int)
        found += [_of_scores(who.scores(part[i : i + 1])) for i in chosen]
    whole = [row for row, has_holes in zip(rows, empty, strict=True) if not has_holes]
    found += [_of_answers(who.answers(asked)) for asked in (whole, whole[:1])]  # a pipeline takes 8 ms for each call, which `train` pays
    return Outline(tuple(found), sum(map(len, parts)), parts)


def singles(scorer: Scorer) -> int:
    """Sums may differ for a row alone; trees can't, and every one of their rows is compared with itself in company."""
    return 1 if scorer.alone else ALONE


class OfSklearn:
    """scikit-learn's own answers."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded, estimator = loaded, loaded.estimator
        self._steps = [step for _, step in getattr(estimator, "steps", ())]
        self._final = self._steps[-1] if self._steps else estimator
        self.order = "C"

    def matrix(self, rows: Rows) -> Array:
        frame = frame_of(self._loaded.signature, rows)
        found: Array = self._steps[0].transform(frame) if len(self._steps) == 2 else frame.to_numpy(dtype=np.float64)
        self.order = "C" if found.flags.c_contiguous else "F"
        return found

    def scores(self, part: Array) -> Scores | None:
        return asked_of(self._final, np.asarray(part, order=self.order))  # type: ignore[call-overload]

    def answers(self, rows: Rows) -> Predictions | str:
        signature = self._loaded.signature
        return _outcome(lambda: answer(self._loaded.estimator, signature, frame_of(signature, rows)))


class OfEngine:
    """Ours, in the two ways in which a matrix is made, row by row and column by column; raises ValueError where they differ."""

    def __init__(self, engine: Engine) -> None:
        assert engine.ways is not None  # noqa: S101 - there is something to ask
        self._engine, self._preprocess, self._scorer = engine, engine.ways.preprocess, engine.ways.scorer

    def matrix(self, rows: Rows) -> Array:
        single = np.array([self._preprocess.row(row) for row in rows], dtype=np.float64, order=self._preprocess.order)
        if _digest(self._engine.matrix(self._preprocess, rows)) != _digest(single):
            raise ValueError("a matrix of many rows is another than that of single ones")
        return single

    def scores(self, part: Array) -> Scores | None:
        try:
            with np.errstate(all="ignore"):
                return self._scorer(np.asarray(part, order=self._preprocess.order))
        except UnsureError:
            return None

    def answers(self, rows: Rows) -> Predictions | str:
        return _outcome(lambda: self._engine.rows(rows))


def _outcome(ask: Callable[[], Predictions]) -> Predictions | str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ask()
    except Problems as refused:
        return str(refused)


def _of_scores(found: Scores | None) -> str:
    return "refused" if found is None else f"{_digest(found[0].reshape(len(found[0]), -1)[:, 0])} {_of_array(found[1])}"


def _of_answers(found: Predictions | str) -> str:
    return found if isinstance(found, str) else f"{_digest(found.predicted)} {_of_array(found.proba)}"


def _of_array(found: Array | None) -> str:
    return "-" if found is None else _digest(found)


def _digest(found: Array) -> str:
    """Of doubles by their bits (NaN is NaN), row after row; of labels by their types and values."""
    if found.dtype == np.float64:
        data = np.where(np.isnan(found), np.nan, found).astype("<f8").tobytes("C")
    else:
        data = json.dumps([[type(v).__name__, v] for v in found.tolist()]).encode()
    return hashlib.sha256(repr(found.shape).encode() + data).hexdigest()
