"""Compiles what can be compiled of a model, and keeps what is proven."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from mlspec.metrics.tasks import TASKS
from mlspec.runtime.artifact import LoadedModel, Sealed
from mlspec.runtime.compiled.engine import Engine, Kind, Ways, reference
from mlspec.runtime.compiled.estimators import compile_estimator
from mlspec.runtime.compiled.kept.keep import check_kept, engine_kept
from mlspec.runtime.compiled.preprocess import Preprocess, compile_preprocess, plain_numbers
from mlspec.runtime.compiled.proof import UNKNOWN_SECONDS, Proof, measure_reference, prove
from mlspec.runtime.compiled.refused import REFUSED, NotCompiledError, UnsureError, exactly, need
from mlspec.runtime.compiled.scorer import Array, Scorer, Scores
from mlspec.runtime.foreign import Foreign
from mlspec.runtime.threads import in_order
from mlspec.runtime.train.decided import Decided, Last


def engine_of(loaded: LoadedModel) -> Engine:
    """The model's engine: chosen when it is first asked for, and kept with the model.

    Of a sealed model it is what its folder keeps, where that holds here; scikit-learn is not imported then. Raises MLS0661 where what is
    kept is not what the estimator compiles to.
    """
    found = loaded.memo.get("engine")
    if not isinstance(found, Engine):
        found = loaded.memo["engine"] = (engine_kept(loaded) if isinstance(loaded.held, Sealed) else None) or checked(loaded)
        found.fallbacks.forget()  # those of the proof
    return found


def checked(loaded: LoadedModel) -> Engine:
    """As `choose`, and what the folder keeps is compared. Raises MLS0661."""
    engine = choose(loaded)
    check_kept(loaded, engine.ways if engine.kind == "compiled" else None)
    return engine


def choose(loaded: LoadedModel) -> Engine:
    """The fastest way that answers every probe as scikit-learn does, to the bit."""
    plain = reference(loaded.estimator, loaded.signature, "")
    if loaded.signature.forecast is not None:
        return replace(
            plain, reason="a forecast is answered by the fit of its origin", alone=loaded.signature.history is None, seconds=UNKNOWN_SECONDS
        )
    if isinstance(loaded.estimator, Foreign):
        return _foreign(plain, loaded.estimator, loaded)
    tried: list[str] = []
    ways_to_try: tuple[tuple[Kind, Callable[[LoadedModel], Ways]], ...] = (("compiled", compiled_whole), ("compiled-preprocessing", _half))
    for kind, compiled in ways_to_try:
        try:
            ways = compiled(loaded)
            proof = prove(plain.because(kind, "", ways), loaded)
        except NotCompiledError as refused:
            tried.append(str(refused))
        except Exception as error:  # noqa: BLE001 - an estimator of another release may lack anything; it still predicts
            tried.append(f"compiling it failed: {type(error).__name__}: {error}"[:200])
        else:
            return _proven(plain, kind, ways, proof, tried)
    alone, seconds = measure_reference(plain, loaded)
    return replace(plain, reason="; ".join(dict.fromkeys(tried)), alone=alone, seconds=seconds)


def _foreign(plain: Engine, model: Foreign, loaded: LoadedModel) -> Engine:
    """By its own runtime. A graph that takes a matrix of numbers gets one that is made without pandas, of the same numbers.

    A program is never answered by where a request came in: it may take its time.
    """
    model.keep()
    ways = None
    if model.by_matrix is not None:
        with contextlib.suppress(NotCompiledError):
            ways = Ways(plain_numbers(loaded.signature, model), model.by_matrix)
    way = plain.because(model.kind, model.reason, ways)
    alone, seconds = measure_reference(way, loaded)
    return replace(way, alone=alone, seconds=seconds if model.kind == "onnx" else UNKNOWN_SECONDS)


def _proven(plain: Engine, kind: Kind, ways: Ways, proof: Proof, tried: list[str]) -> Engine:
    reason = f"the same bits as scikit-learn's on {proof.rows} rows, boundary and missing ones among them"
    why = f"; {tried[0]}" if tried else ""
    return replace(plain.because(kind, reason + why, ways), alone=proof.alone, seconds=proof.seconds)


def compiled_whole(loaded: LoadedModel) -> Ways:
    """Preprocessing and estimator, compiled. Raises NotCompiledError."""
    preprocess, estimator = _parts(loaded)
    if isinstance(estimator, Last):
        need(estimator.decided.calibrator is None, "its probabilities are calibrated from scores")
        return Ways(preprocess, Cut(compile_estimator(estimator.estimator), estimator.decided))
    return Ways(preprocess, compile_estimator(estimator))


def _half(loaded: LoadedModel) -> Ways:
    preprocess, estimator = _parts(loaded)
    return Ways(preprocess, Own(estimator))


def _parts(loaded: LoadedModel) -> tuple[Preprocess, Any]:
    """The compiled preprocessing, and the estimator that takes its matrix."""
    from sklearn.pipeline import Pipeline

    need(TASKS[loaded.signature.task].has_one_answer, "it answers several values a row")
    need(not TASKS[loaded.signature.task].is_oddness, "it says how odd a row is")
    need(not TASKS[loaded.signature.task].is_cluster, "it says which cluster a row is of")
    found = loaded.estimator
    if exactly(found, Decided):
        steps = [step for _, step in found.pipeline.steps]
        return compile_preprocess(steps[0], loaded.signature), Last(found)
    if not exactly(found, Pipeline):
        return plain_numbers(loaded.signature, found), found
    steps = [step for _, step in found.steps]
    need(len(steps) <= 2, "the pipeline has more steps than a preprocessing and an estimator")
    if len(steps) == 1:
        return plain_numbers(loaded.signature, steps[0]), steps[0]
    return compile_preprocess(steps[0], loaded.signature), steps[1]


class Cut:
    """A compiled estimator, whose answers go by a threshold."""

    def __init__(self, scorer: Scorer, decided: Decided) -> None:
        self.scorer, self.decided = scorer, decided
        self.alone = scorer.alone
        if hasattr(scorer, "thresholds"):
            self.thresholds = scorer.thresholds

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        _, shares = self.scorer(matrix)
        need(shares is not None, "its estimator is compiled without probabilities")
        return self.decided.labels(np.asarray(shares)), shares


class Own:
    """An estimator's own methods, on a matrix. What they refuse, the pipeline is asked about."""

    alone = False

    def __init__(self, estimator: Any) -> None:
        need(not isinstance(estimator, str), "the pipeline has no estimator")
        self.estimator = estimator
        self.has_shares = hasattr(estimator, "predict_proba")

    def __call__(self, matrix: Array) -> Scores:
        """Answer n rows (see Scorer)."""
        try:
            with warnings.catch_warnings(), in_order():
                warnings.simplefilter("ignore")
                predicted = np.asarray(self.estimator.predict(matrix)).reshape(len(matrix), -1)[:, 0]
                return predicted, self.estimator.predict_proba(matrix) if self.has_shares else None
        except Exception as refused:
            raise UnsureError(REFUSED) from refused
