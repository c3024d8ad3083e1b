"""Keeps a compiled model beside its pickle, and takes it up again: only where it is proven, on this machine and with these libraries."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.runtime.artifact import FACTS, LoadedModel, Sealed
from mlspec.runtime.compiled.engine import Engine, One, Ways
from mlspec.runtime.compiled.kept.form import Form, installed, read_form
from mlspec.runtime.compiled.kept.outline import OfEngine, OfSklearn, Outline, outline, probes, singles, thresholds_of
from mlspec.runtime.compiled.kept.preprocess import columns_of
from mlspec.runtime.compiled.kept.scorers import scorer_of
from mlspec.runtime.compiled.plain import conversions
from mlspec.runtime.compiled.proof import ALONE, seconds_of, the_same_alone
from mlspec.runtime.compiled.refused import NotCompiledError, need
from mlspec.runtime.compiled.scorer import Array

log = logging.getLogger("mlspec.runtime")
PROVEN = "the same bits as scikit-learn's on {} rows, boundary and missing ones among them"


def kept(loaded: LoadedModel) -> dict[str, bytes]:
    """{file name: bytes} that go beside a trained model's pickle; none for a model that is not compiled as a whole, or can't be kept.

    scikit-learn's own answers to the probes go with it, as digests. Whether ours are the same is found out by whoever loads it.
    """
    from mlspec.runtime.compiled.choose import compiled_whole
    from mlspec.runtime.compiled.kept.describe import described

    try:
        form = described(compiled_whole(loaded))
        ways = _ways(form)
        rows, theirs = probes(loaded.signature, loaded.smoke, *ways), OfSklearn(loaded)
        found = outline(theirs, rows, thresholds_of(ways[1]), singles(ways[1]))
    except NotCompiledError:
        return {}
    except Exception as error:  # noqa: BLE001 - as in `choose`: an estimator may lack anything, and still predicts
        log.warning("the model is not kept compiled: %s: %s", type(error).__name__, error)
        return {}
    proof = {"order": theirs.order, "answers": found.digests, "libraries": installed()}
    return Form({**form.facts, **_known_of(loaded), "proof": proof}, form.arrays).files()


def _known_of(loaded: LoadedModel) -> dict[str, Any]:
    """What else is asked of an estimator: where each class stands in its probabilities, and its categories, for the documentation."""
    from mlspec.runtime.compiled.kept.categories import known_categories
    from mlspec.runtime.predict import class_order

    categories = {name: list(values) for name, values in known_categories(loaded.estimator).items()}
    plain = all(type(v) in (str, int, bool) or (type(v) is float and np.isfinite(v)) for values in categories.values() for v in values)
    need(plain, "it knows categories that JSON does not")
    return {"class_order": class_order(loaded.estimator, loaded.signature), "categories": categories}


def _ways(form: Form) -> tuple[Any, Any]:
    return columns_of(form.facts["preprocess"]), scorer_of(form)


def check_kept(loaded: LoadedModel, ways: Ways | None) -> None:
    """What is kept must be what its estimator compiles to: else one would be judged, and the other served.

    `ways`: as it was compiled here; None where it was not. Raises MLS0661.
    """
    from mlspec.runtime.compiled.kept.describe import described

    found = _form_of(loaded)
    if found is None:
        return
    try:
        need(ways, "it is not compiled here")
        assert ways is not None  # noqa: S101 - just looked at
        own = described(ways)
        made = Form({**own.facts, **_known_of(loaded), "proof": found.facts["proof"]}, own.arrays)
        need(made.files() == dict(loaded.form), "other numbers")
    except NotCompiledError as other:
        message = f"{FACTS} in the model's folder is not what its estimator compiles to: {other}"
        raise problem("MLS0661", message, help="run the train stage again") from other


def _form_of(loaded: LoadedModel) -> Form | None:
    """What is kept. Raises MLS0661 where it can't be read."""
    try:
        return read_form(loaded.form)
    except (KeyError, TypeError, ValueError) as error:
        raise problem("MLS0661", f"{FACTS} in the model's folder can't be read: {error!r}", help="run the train stage again") from error


def engine_kept(loaded: LoadedModel) -> Engine | None:
    """The engine that is kept with a sealed model, proven; None where there is none, or it does not hold here: that is logged."""
    found = _form_of(loaded)
    if found is None:
        return None
    try:
        return _proven(loaded, found)
    except NotCompiledError as refused:
        log.warning("what is kept of the compiled model is not used: %s", refused)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it: the estimator itself is there
        log.warning("what is kept of the compiled model can't be used: %s: %s", type(error).__name__, error)
    return None


def _proven(loaded: LoadedModel, form: Form) -> Engine:
    proof: Mapping[str, Any] = form.facts["proof"]
    need(proof["libraries"] == installed(), "it was proven with other versions of Python and its numeric libraries")
    preprocess, scorer = _ways(form)
    preprocess.order = proof["order"]
    engine = Engine("compiled", "", loaded.held, loaded.signature, Ways(preprocess, scorer), False, *_reading(loaded, form))
    rows = probes(loaded.signature, loaded.smoke, preprocess, scorer)
    ours = outline(OfEngine(engine), rows, thresholds_of(scorer), singles(scorer))
    need(list(ours.digests) == proof["answers"], "it answers otherwise here than scikit-learn did at training")
    if isinstance(loaded.held, Sealed):
        loaded.held.check = functools.partial(_check_libraries, proof["libraries"])
    loaded.memo["categories"] = {name: tuple(values) for name, values in form.facts["categories"].items()}
    engine = replace(engine, reason=PROVEN.format(ours.rows), alone=_alone(engine, ours), one=_one(engine, ours))
    return replace(engine, seconds=seconds_of(lambda: engine.rows([rows[0]])))


def categories_of(loaded: LoadedModel) -> Mapping[str, tuple[Any, ...]]:
    """{feature: its categories}, as training saw them; of a model whose engine was kept, they were, too."""
    found = loaded.memo.get("categories")
    if not isinstance(found, dict):
        from mlspec.runtime.compiled.kept.categories import known_categories

        found = loaded.memo["categories"] = known_categories(loaded.estimator)
    return found


def _reading(loaded: LoadedModel, form: Form) -> tuple[Any, Any]:
    return conversions(loaded.signature), form.facts["class_order"]


def _alone(engine: Engine, found: Outline) -> bool:
    """Whether rows answer alone as in company. Raises NotCompiledError for trees that do not."""
    assert engine.ways is not None  # noqa: S101 - there is something to ask
    scorer, asked = engine.ways.scorer, OfEngine(engine)
    held = all(the_same_alone(asked.scores, part, 1 if scorer.alone else max(1, len(part) // ALONE)) for part in found.parts)
    need(held or not scorer.alone, "a row is answered otherwise in company")
    return held


def _one(engine: Engine, found: Outline) -> One | None:
    """The shortest way of one row, where there is one. Raises NotCompiledError where it answers a probe otherwise."""
    assert engine.ways is not None  # noqa: S101 - there is something to ask
    way = getattr(engine.ways.scorer, "one", None)
    one: One | None = None if way is None else way(engine.ways.preprocess.order)
    if one is not None:
        for part in found.parts:
            need(all(_as_alone(engine, one, part[i : i + 1]) for i in range(len(part))), "a row is answered otherwise without arrays")
    return one


def _as_alone(engine: Engine, one: One, row: Array) -> bool:
    """Whether a row's number has the bits of its score; where it has none, the score is asked for."""
    number = one(row[0].tolist())
    scores = OfEngine(engine).scores(row)
    return number is None or (scores is not None and np.array([number]).tobytes() == scores[0].astype(np.float64).tobytes())


def _check_libraries(before: Mapping[str, str]) -> None:
    """A process that answered by proven arithmetic for months must not mix it with the answers of libraries that came since."""
    if installed() != before:
        message = "its libraries were installed anew since the server started: rows that need scikit-learn are not answered"
        raise problem("MLS0662", message, help="start the server again: `mlspec reconcile --stop`, then `mlspec reconcile`")
