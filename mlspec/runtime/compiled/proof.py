"""The proof of an engine: what it answers to the probes, against scikit-learn, bit for bit."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import Problems
from mlspec.runtime.artifact import LoadedModel
from mlspec.runtime.compiled.engine import Engine, Ways, values_of
from mlspec.runtime.compiled.preprocess import Preprocess
from mlspec.runtime.compiled.probes import boundary_matrix, holes, probe_rows
from mlspec.runtime.compiled.refused import UnsureError, need
from mlspec.runtime.compiled.scorer import Array, Scores
from mlspec.runtime.inputs import prepare
from mlspec.runtime.predict import Predictions, answer
from mlspec.runtime.signature import Signature
from mlspec.runtime.threads import in_order
from mlspec.runtime.train.decided import Decided, Last

if TYPE_CHECKING:
    import pandas as pd

ALONE = 8
"""Rows of a part that are asked one by one, where they need not answer alone as in company."""
WHOLE = 3
"""Rows that go the whole way alone, through pandas on one side."""
TIMES, UNKNOWN_SECONDS = 5, 1.0


@dataclass(frozen=True, slots=True)
class Proof:
    """`rows` that were compared, `alone` and `seconds` as an Engine has them."""

    rows: int
    alone: bool
    seconds: float


def prove(engine: Engine, loaded: LoadedModel) -> Proof:
    """Compare. Raises NotCompiledError at the first difference, with what differs."""
    ways = engine.ways
    assert ways is not None  # noqa: S101 - there is something to prove
    thresholds: dict[int, Array] = getattr(ways.scorer, "thresholds", dict)()
    rows = probe_rows(loaded.signature.features, ways.preprocess, golden_rows(loaded), thresholds)
    frame = frame_of(loaded.signature, rows)
    within = loaded.estimator.pipeline if isinstance(loaded.estimator, Decided) else loaded.estimator
    matrix = _same_matrix(ways.preprocess, within, frame, rows)
    final = within.steps[-1][1] if hasattr(within, "steps") else within
    final = Last(loaded.estimator) if within is not loaded.estimator else final
    parts = [matrix[~holes(rows)], matrix[holes(rows)], boundary_matrix(matrix[~holes(rows)], thresholds)]
    alone = [_same_scores(ways, final, part) for part in parts if len(part)]  # each is looked at
    whole = np.flatnonzero(~holes(rows))
    _same_way(engine, frame.iloc[whole], [rows[i] for i in whole])
    return Proof(sum(map(len, parts)), all(alone), seconds_of(lambda: engine.rows([rows[0]])))


def golden_rows(loaded: LoadedModel) -> list[list[Any]]:
    """The smoke rows as `prepare` makes them."""
    import pandas as pd

    inputs = loaded.smoke["inputs"]
    if not inputs:
        return []
    frame = prepare(loaded.signature, pd.DataFrame(inputs, columns=loaded.signature.names))
    return [list(row) for row in frame.astype(object).itertuples(index=False, name=None)]


def frame_of(signature: Signature, rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Prepared rows as the frame that `prepare` makes of them."""
    import pandas as pd

    columns = {}
    for feature, values in zip(signature.features, zip(*rows, strict=True), strict=True):
        columns[feature.name] = np.empty(len(rows), dtype=object if feature.type == "string" else np.float64)
        columns[feature.name][:] = values
    return pd.DataFrame(columns, columns=signature.names)


def _same_matrix(preprocess: Preprocess, estimator: Any, frame: pd.DataFrame, rows: Sequence[Sequence[Any]]) -> Array:
    """The matrix of all probes, by scikit-learn; ours must be the same, made column by column and row by row. Notes how it lies."""
    steps = [step for _, step in getattr(estimator, "steps", ())]
    found = steps[0].transform(frame) if len(steps) == 2 else frame.to_numpy(dtype=np.float64)
    need(isinstance(found, np.ndarray) and found.dtype == np.float64, "its features are no matrix of doubles")
    need(found.flags.c_contiguous or found.flags.f_contiguous, "its features lie in memory in parts")
    preprocess.order = "C" if found.flags.c_contiguous else "F"
    columns = [values_of(frame[name]) for name in frame.columns]
    need(same(found, preprocess.matrix(columns)), "its preprocessing, compiled, gives other numbers for many rows")
    need(same(found, np.array([preprocess.row(row) for row in rows])), "its preprocessing, compiled, gives other numbers for one row")
    return found


def _same_scores(ways: Ways, final: Any, part: Array) -> bool:
    """Whether rows of `part` answer alone as they do together; both must be as the estimator's."""
    part = np.asarray(part, order=ways.preprocess.order)
    expected = asked_of(final, part)
    if expected is None:
        need(_scored(ways, part) is None, "it answers rows, compiled, that scikit-learn refuses")
        return True
    need(_alike(_scored(ways, part), expected), "its estimator, compiled, gives other answers")
    for i in np.linspace(0, len(part) - 1, ALONE // 2 if ways.scorer.alone else ALONE).astype(int):
        need(_alike(_scored(ways, part[i : i + 1]), asked_of(final, part[i : i + 1])), "its estimator, compiled, answers one row otherwise")
    alone = the_same_alone(lambda rows: _scored(ways, rows), part, 1 if ways.scorer.alone else max(1, len(part) // ALONE))
    need(alone or not ways.scorer.alone, "its estimator, compiled, answers a row otherwise in company")
    return alone


def the_same_alone(score: Callable[[Array], Scores | None], part: Array, every: int) -> bool:
    """Whether every n-th row of a part scores alone as it does together with all; a part that is refused says nothing."""
    together = score(part)
    return together is None or all(_alike(score(part[i : i + 1]), _of_row(together, i)) for i in range(0, len(part), every))


def asked_of(final: Any, part: Array) -> Scores | None:
    """The estimator's own answers; None when it refuses."""
    try:
        with warnings.catch_warnings(), in_order():
            warnings.simplefilter("ignore")
            predicted = np.asarray(final.predict(part)).reshape(len(part), -1)[:, 0]
            return predicted, np.asarray(final.predict_proba(part)) if hasattr(final, "predict_proba") else None
    except Exception:  # noqa: BLE001 - whatever it raises: it refuses
        return None


def _scored(ways: Ways, part: Array) -> Scores | None:
    try:
        return ways.scorer(part)
    except UnsureError:
        return None


def _alike(found: Scores | None, expected: Scores | None) -> bool:
    if found is None or expected is None:
        return found is expected
    shares = found[1] is expected[1] if found[1] is None or expected[1] is None else same(found[1], expected[1])
    return shares and same(found[0].reshape(len(found[0]), -1)[:, 0], expected[0])


def _of_row(scores: Scores, i: int) -> Scores:
    return scores[0][i : i + 1], None if scores[1] is None else scores[1][i : i + 1]


def same(found: Array, expected: Array) -> bool:
    """Whether two arrays hold the same values: of doubles the same bits (NaN is NaN), of labels the same labels of the same types."""
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return False
    if found.dtype != np.float64:
        return bool(found.tolist() == expected.tolist())
    return bool((((found == expected) & (np.signbit(found) == np.signbit(expected))) | (np.isnan(found) & np.isnan(expected))).all())


def _same_way(engine: Engine, frame: pd.DataFrame, rows: Sequence[Sequence[Any]]) -> None:
    """The whole way, of a frame and of single rows, against the pipeline's own."""
    need(_same_answers(_outcome(lambda: engine.frame(frame)), _outcome(lambda: _answered(engine, frame))), "it answers a table otherwise")
    for i in range(min(WHOLE, len(frame))):
        ours, theirs = partial(engine.rows, [rows[i]]), partial(_answered, engine, frame.iloc[[i]])
        need(_same_answers(_outcome(ours), _outcome(theirs)), "it answers a row otherwise")


def _answered(engine: Engine, frame: pd.DataFrame) -> Predictions:
    return answer(engine.estimator, engine.signature, frame)


def _outcome(work: Callable[[], Predictions]) -> Predictions | str:
    """The answers, or the refusal."""
    try:
        return work()
    except Problems as refused:
        return str(refused)


def _same_answers(found: Predictions | str, expected: Predictions | str) -> bool:
    if isinstance(found, str) or isinstance(expected, str):
        return found == expected
    if (found.proba is None) != (expected.proba is None) or found.classes != expected.classes:
        return False
    return same(found.predicted, expected.predicted) and (
        found.proba is None or expected.proba is None or same(found.proba, expected.proba)
    )


def measure_reference(engine: Engine, loaded: LoadedModel) -> tuple[bool, float]:
    """Whether a golden row answers alone as it does among the others, and the seconds that one takes, at best."""
    rows = golden_rows(loaded)
    if len(rows) < 2:
        return False, UNKNOWN_SECONDS
    frame = frame_of(loaded.signature, rows)
    try:
        together = _answered(engine, frame)
        singles = [_answered(engine, frame.iloc[[i]]) for i in range(len(rows))]
    except Problems:
        return False, UNKNOWN_SECONDS
    alone = all(_same_answers(one, _row(together, i)) for i, one in enumerate(singles))
    return alone, seconds_of(lambda: _answered(engine, frame.iloc[[0]]))


def _row(found: Predictions, i: int) -> Predictions:
    return replace(found, predicted=found.predicted[i : i + 1], proba=None if found.proba is None else found.proba[i : i + 1])


def seconds_of(work: Callable[[], object]) -> float:
    """The best of a few."""
    found = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)
